import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { Refusal } from '../../shared/refusals.ts';
import { isLocal } from '../door/addresses.ts';
import { paced } from '../watch/paced.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv } from './tokens.ts';

/** What Prometheus asks for. */
export function metricsRoute({ config, metrics: { registry } }: HttpServices): Hono<HttpEnv> {
  const read = paced(() => registry.metrics());
  return new Hono<HttpEnv>().get('/', async (context) => {
    const { metricsToken } = config;
    const given = context.req.header('authorization')?.replace(/^Bearer +/i, '') ?? '';
    if (metricsToken === undefined ? !isLocal(context.env.incoming) : !equal(given, metricsToken)) {
      throw new Refusal('unauthorized', 'needs METRICS_TOKEN, as Authorization: Bearer');
    }
    return context.body(await read(), 200, { 'Content-Type': registry.contentType });
  });
}

/** In a time that does not tell how much of it is right. */
function equal(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
