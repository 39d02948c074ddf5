import { Hono } from 'hono';
import { answerRefusal, jsonOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** For how many messages of the greatest size a request has room. */
const most = 1_000;

/** Publishing: one message or many, each with an outcome of its own. */
export function publishRoute({ publish, audit, config, metrics }: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const route = new Hono<HttpEnv>();
  const maxBytes = most * (config.maxMessageBytes + 1024);

  route.post('/', tokens.withScope('publish'), async (context) => {
    const { org_id, user_id } = context.get('identity');
    const body = await jsonOf(context, maxBytes);
    const messages = Array.isArray(body) ? body : [body];
    const results = await publish({ org_id, user_id }, messages);
    const refused = results.flatMap((result) => (result.ok ? [] : [result.error]));
    audit('published', { ...tokens.by(context), messages: messages.length, refused: refused.length });
    for (const { error_code } of refused) metrics.refused(error_code);
    // Whoever reads the status alone sends again what may pass.
    const first = refused.find(({ retry_after_ms }) => retry_after_ms !== undefined) ?? refused[0];
    return first ? answerRefusal(context, first, { results }) : context.json({ ok: true, results });
  });

  return route;
}
