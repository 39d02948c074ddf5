import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';

/** How many origins and hosts are told of, at most. */
const mostTold = 100;

/** Says why a request is turned away, by the headers that a browser sets; undefined where it is not. */
export type CheckOrigin = (headers: { origin?: string | undefined; host?: string | undefined }) => string | undefined;

/**
 * Without CORS_ORIGINS the origin of a page is the host that it asks. Whatever is no browser sends no origin. In demo mode,
 * where nobody needs a token, the host is one that only this machine's network can name: a page of the internet whose name
 * was made to lead here is turned away.
 */
export function createOrigins(
  { corsOrigins = [], host: own }: Config,
  isDemo: boolean,
  logger: Pick<Logger, 'warn'>,
): CheckOrigin {
  const told = new Set<string>();
  /** Whoever operates the server is told once of each, and not of what strangers make up without end. */
  const refuse = (what: string, advice: string, reason: string): string => {
    if (told.size < mostTold && !told.has(what)) {
      told.add(what);
      logger.warn({ refused: what.slice(0, 256) }, advice);
    }
    return reason;
  };
  const known = [own, hostname(), `${hostname()}.local`, ...corsOrigins.map((origin) => urlOf(origin)?.hostname)];
  const isKnown = (name: string) => known.includes(name) || isIP(name) !== 0 || /(^|\.)localhost$/.test(name);

  return ({ origin, host }) => {
    if (isDemo && host !== undefined && !isKnown(nameOf(host))) {
      const reason = `host ${host}: demo mode answers to localhost and to addresses; set a key, or CORS_ORIGINS`;
      return refuse(
        host,
        'a host was refused in demo mode: set a key, or add the origin of its pages to CORS_ORIGINS',
        reason,
      );
    }
    if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return undefined;
    if (corsOrigins.length === 0 && urlOf(origin)?.host === host) return undefined;
    return refuse(
      origin,
      'pages of an origin were refused: add it to CORS_ORIGINS',
      `origin ${origin} is not among CORS_ORIGINS`,
    );
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
