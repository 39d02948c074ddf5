import { createHmac } from 'node:crypto';

/** The header that signs what the server sends to an application's services. */
export const signatureHeader = 'Tutti-Signature';

/** The headers of a request with this body, in JSON; signed where there are secrets. */
export type HeadersOf = (body: string) => Record<string, string>;

/**
 * Signs with each secret, so that a service that knows one of them can check it: `t=<unix seconds>,v1=<hex>,v1=…`, each
 * the HMAC-SHA256 of `<t>.<body>`.
 */
export function createHeaders(secrets: readonly string[] = []): HeadersOf {
  return (body) => ({
    'Content-Type': 'application/json',
    ...(secrets.length > 0 && { [signatureHeader]: signatureOf(secrets, body, Math.floor(Date.now() / 1000)) }),
  });
}

function signatureOf(secrets: readonly string[], body: string, seconds: number): string {
  const signatures = secrets.map((secret) => {
    return `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
  });
  return [`t=${seconds}`, ...signatures].join(',');
}
