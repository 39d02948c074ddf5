import type { Config } from '../config.ts';

/** Whether a page of this origin may use the server. Whatever is no browser sends no origin. */
export type AllowsOrigin = (origin: string | undefined, host: string | undefined) => boolean;

/** Without CORS_ORIGINS: the origin of the page is the host that it asks. */
export function createOrigins({ corsOrigins }: Config): AllowsOrigin {
  return (origin, host) => {
    if (origin === undefined || corsOrigins?.includes('*')) return true;
    if (corsOrigins) return corsOrigins.includes(origin);
    return URL.canParse(origin) && new URL(origin).host === host;
  };
}
