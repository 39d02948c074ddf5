import WebSocket from 'ws';
import { connect as connectClient } from '../../../client/index.ts';
import { protocolVersion } from '../../../shared/events.ts';
import { version } from '../../version.ts';
import type { Place } from '../place.ts';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

/** How long an answer may take, in milliseconds. */
const patience = 5_000;
/** How far two clocks may be apart, in milliseconds: beyond, tokens expire too early or too late. */
const mostSkew = 2_000;
/** How many polling sessions are tried: of two instances both come up, in all likelihood. */
const pollingSessions = 8;

export interface RunningOptions {
  url: string;
  place: Place;
  /** Of a page that is to use the server. */
  origin: string | undefined;
  /** One that the server should take; undefined where none can be made. */
  token: string | undefined;
}

/** What a running server, and what stands before it, does with what a client does. */
export async function* examineServer({ url, place, origin, token }: RunningOptions): AsyncGenerator<Finding> {
  const base = new URL(place.basePath, url).href.replace(/\/$/, '');
  const socket = new URL(`${place.socketPath}/`, url);
  const health = await ask(base, '/api/v1/health');
  if (health instanceof Error) {
    yield wrong(`nothing answers at ${base}: ${health.message}`, 'start the server (npm start), or name it with --url');
    return;
  }
  if (typeof health.body.uptime_ms !== 'number') {
    yield wrong(
      `what answers at ${base} is not Tutti (${health.status})`,
      'look where the proxy leads /api/v1 to, and give --base-path where the server has a BASE_PATH',
    );
    return;
  }
  yield health.body.version === version
    ? fine(`Tutti ${version} answers at ${base}`)
    : doubtful(`the server is Tutti ${health.body.version}, this is ${version}`, 'use the same version for both');
  yield* examineReadiness(await ask(base, '/api/v1/ready'));
  yield examineClock(await ask(base, '/api/v1/status'));
  yield await examineWebSocket(socket);
  yield await examinePolling(socket);
  if (origin !== undefined) yield await examineOrigin(socket, origin);
  if (token !== undefined) yield await examineToken(url, place, token);
}

function* examineReadiness(ready: Answer | Error): Generator<Finding> {
  const status = ready instanceof Error ? ready.message : String(ready.body.status);
  if (status === 'ready') yield fine('it is ready');
  else if (status === 'degraded')
    yield wrong('it runs, and its store does not work', 'look at its log and at Redis; nothing is stored until then');
  else yield wrong(`it is not ready: ${status}`, 'wait until it has started, or look at its log');
}

function examineClock(status: Answer | Error): Finding {
  if (status instanceof Error || typeof status.body.server_time !== 'number')
    return doubtful('the server does not tell its time', 'see that the proxy passes /api/v1/status');
  const skew = Math.round(status.body.server_time - (status.sent + status.received) / 2);
  if (Math.abs(skew) <= mostSkew) return fine(`its clock and this one are ${Math.abs(skew)} ms apart`);
  const seconds = Math.round(Math.abs(skew) / 1_000);
  return wrong(
    `its clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} this one: tokens expire at the wrong time`,
    'let both keep time by NTP (timedatectl set-ntp true)',
  );
}

async function examineWebSocket(url: URL): Promise<Finding> {
  const outcome = await openWebSocket(url);
  if (outcome === 'open') return fine('WebSockets pass');
  return wrong(
    `WebSockets do not pass (${outcome}): clients fall back to polling, which is slower and costs more`,
    'pass the upgrade on at the proxy, as deploy/nginx.conf does: proxy_http_version 1.1, Upgrade and Connection headers',
  );
}

/** A client that can only poll asks again and again, and each time the same instance has to answer. */
async function examinePolling(url: URL): Promise<Finding> {
  let lost = 0;
  // One after the other: in step, a balancer that takes turns would lead all of them right.
  for (let session = 0; session < pollingSessions; session += 1) {
    if (!(await pollTwice(url, `doctor-${Date.now()}-${session}`))) lost += 1;
  }
  if (lost === 0) return fine('polling stays with one instance');
  return wrong(
    `polling does not work: ${lost} of ${pollingSessions} sessions were not known the second time`,
    'let the balancer keep a client on one instance, as deploy/nginx.conf and deploy/haproxy.cfg do',
  );
}

async function examineOrigin(url: URL, origin: string): Promise<Finding> {
  const outcome = await openWebSocket(url, origin);
  if (outcome === 'open') return fine(`pages of ${origin} may use it`);
  return wrong(`pages of ${origin} may not use it (${outcome})`, `add ${origin} to CORS_ORIGINS of the server`);
}

async function examineToken(url: string, place: Place, token: string): Promise<Finding> {
  const client = connectClient(url, { ...place, token, maxReconnectAttempts: 0, timeout: patience });
  try {
    const refusal = await new Promise<string | undefined>((resolve) => {
      client.on('connected', ({ protocol }) =>
        resolve(protocol === protocolVersion ? undefined : `it speaks protocol ${protocol}, this ${protocolVersion}`),
      );
      client.on('failed', ({ refusal }) => resolve(refusal?.message ?? 'no answer'));
    });
    if (refusal === undefined) return fine('it lets in who has a token of this configuration');
    return wrong(`it does not let in who has a token of this configuration: ${refusal}`, sameKey);
  } finally {
    client.disconnect();
  }
}

const sameKey = 'give the server and this command the same JWT_SECRET, JWT_ISSUER and JWT_AUDIENCE, or a --token';

interface Answer {
  status: number;
  body: Record<string, unknown>;
  /** By this clock. */
  sent: number;
  received: number;
}

async function ask(base: string, path: string): Promise<Answer | Error> {
  const sent = Date.now();
  try {
    const response = await fetch(base + path, { signal: AbortSignal.timeout(patience) });
    const received = Date.now();
    const body = (await response.json().catch(() => ({}))) as Answer['body'];
    return { status: response.status, body, sent, received };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error & { code?: string } };
    return new Error(cause?.message || cause?.code || message);
  }
}

/** Returns `open`, or why it was not. */
function openWebSocket(url: URL, origin?: string): Promise<string> {
  const target = new URL('?EIO=4&transport=websocket', url.href.replace(/^http/, 'ws'));
  const socket = new WebSocket(target, { handshakeTimeout: patience, ...(origin !== undefined && { origin }) });
  return new Promise<string>((resolve) => {
    // Engine.IO's greeting: an upgrade alone could be anyone's.
    socket.once('message', () => resolve('open'));
    socket.once('unexpected-response', (_, { statusCode }) => resolve(`answered with ${statusCode}`));
    socket.once('close', (code) => resolve(`closed with ${code}`));
    socket.once('error', ({ message }) => resolve(message));
  }).finally(() => socket.terminate());
}

/** Opens an Engine.IO session by polling, and says something in it. Returns whether it was known the second time. */
async function pollTwice(url: URL, sticky: string): Promise<boolean> {
  const path = new URL(`?EIO=4&transport=polling&sticky=${sticky}`, url);
  const signal = AbortSignal.timeout(patience);
  try {
    const opened = await fetch(path, { signal });
    const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
    path.searchParams.set('sid', sid);
    // As a browser does with credentials: by a cookie, too, a balancer may know a client again.
    const cookie = opened.headers.getSetCookie().map((set) => set.split(';')[0]);
    const headers = { ...(cookie.length > 0 && { cookie: cookie.join('; ') }) };
    const second = await fetch(path, { method: 'POST', body: '1', headers, signal });
    await second.text();
    return second.ok;
  } catch {
    return false;
  }
}
