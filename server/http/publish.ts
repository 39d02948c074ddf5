import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { malformed } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** For how many messages of the greatest size a request has room. */
const most = 1_000;

/** Publishing: one message or many, each with an outcome of its own. */
export function publishRoute({ publish, audit, config }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const route = new Hono<HttpEnv>();
  const maxSize = most * (config.maxMessageBytes + 1024);
  const onError = () => {
    throw new Refusal('too_large', `the body: the limit is ${maxSize} bytes`);
  };

  route.post('/', tokens.withScope('publish'), bodyLimit({ maxSize, onError }), async (context) => {
    const { org_id, user_id } = context.get('identity');
    const body: unknown = await context.req.json().catch(() => {
      throw malformed('the body', 'JSON');
    });
    const messages = Array.isArray(body) ? body : [body];
    const results = await publish({ org_id, user_id }, messages);
    const refused = results.filter(({ ok }) => !ok).length;
    audit('published', { by: user_id, org_id, messages: messages.length, refused });
    return context.json({ ok: refused === 0, results });
  });

  return route;
}
