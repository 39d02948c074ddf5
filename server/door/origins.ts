import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';

/** Says why a request is turned away, by the headers that a browser sets; undefined where it is not. */
export type CheckOrigin = (headers: { origin?: string | undefined; host?: string | undefined }) => string | undefined;

/**
 * Without CORS_ORIGINS the origin of a page is the host that it asks. Whatever is no browser sends no origin. In demo mode,
 * where nobody needs a token, the host is one that only this machine's network can name: a page of the internet whose name
 * was made to lead here is turned away.
 */
export function createOrigins({ corsOrigins = [], host: own }: Config, isDemo: boolean): CheckOrigin {
  const known = [own, hostname(), `${hostname()}.local`, ...corsOrigins.map((origin) => urlOf(origin)?.hostname)];
  const isKnown = (name: string) => known.includes(name) || isIP(name) !== 0 || /(^|\.)localhost$/.test(name);

  return ({ origin, host }) => {
    if (isDemo && host !== undefined && !isKnown(nameOf(host))) {
      return `host ${host}: demo mode answers to localhost and to addresses; set a key, or CORS_ORIGINS`;
    }
    if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return undefined;
    if (corsOrigins.length === 0 && urlOf(origin)?.host === host) return undefined;
    return `origin ${origin} is not among CORS_ORIGINS`;
  };
}

/** A host as browsers send it, without its port and brackets. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function urlOf(origin: string): URL | undefined {
  return URL.canParse(origin) ? new URL(origin) : undefined;
}
