import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { malformed } from '../../shared/json.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import { textOf } from '../editing/writing.ts';
import { parse } from '../events/refusing.ts';
import { answerRefusal, bytesOf, jsonOf, roomIdOf } from './answers.ts';
import { authorIn } from './operations.ts';
import { keyOf, preconditionOf, tagOf } from './preconditions.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, roleOf, type Tokens } from './tokens.ts';

const textBody = z.object({ text: z.string().refine((text) => text.isWellFormed(), 'has half a surrogate pair') });

/** Songs as a whole: read with a tag of where they stand, and replaced by what is different. */
export function textRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { config, rooms, permissions, readers, writing, metrics } = services;
  const routes = new Hono<HttpEnv>();

  routes.get('/:room_id/text', tokens.signedIn, async (context) => {
    const identity = context.get('identity');
    const room_id = roomIdOf(context.req.param('room_id'));
    await roleOf(permissions, identity, room_id);
    const room = await rooms.open(identity.org_id, room_id);
    return readers.turn(() => {
      const { text, ...stand } = textOf(room, identity.user_id);
      if (stand.epoch === '') throw new Refusal('not_found', `no such room: ${room_id}`);
      context.header('ETag', tagOf(stand));
      if (context.req.header('if-none-match')?.trim() === tagOf(stand)) return context.body(null, 304);
      const body = Buffer.from(text);
      readers.wrote(body.length);
      return context.body(body, 200, { 'content-type': 'text/plain; charset=UTF-8' });
    });
  });

  routes.put('/:room_id/text', tokens.writing, async (context) => {
    const room_id = roomIdOf(context.req.param('room_id'));
    const author = await authorIn(services, context, room_id);
    const precondition = preconditionOf(context);
    const key = keyOf(context);
    const text = await textIn(context);
    try {
      const stand = await writing.replace(author, room_id, text, { at: precondition, key });
      context.header('ETag', tagOf(stand));
      return context.json({ ok: true, room_id, ...stand });
    } catch (error) {
      if (!(error instanceof Refusal) || error.error_code !== 'precondition_failed') throw error;
      metrics.refused(error.error_code);
      const { epoch, revision } = await writing.read(author, room_id);
      context.header('ETag', tagOf({ epoch, revision }));
      return answerRefusal(context, messageOf(error, Date.now()), { room_id, epoch, revision });
    }
  });

  /** As plain text, or as JSON. */
  async function textIn(context: Context<HttpEnv>): Promise<string> {
    const [type = ''] = (context.req.header('content-type') ?? 'text/plain').split(';');
    if (type.trim() === 'application/json')
      return parse(textBody, await jsonOf(context, 6 * config.maxDocumentBytes + 1024)).text;
    if (type.trim() !== 'text/plain') throw malformed('Content-Type', 'text/plain or application/json');
    const bytes = await bytesOf(context, config.maxDocumentBytes);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw malformed('the body', 'UTF-8');
    }
  }

  return routes;
}
