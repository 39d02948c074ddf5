import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { clientId, epoch, revision, sequence } from '../../shared/events/fields.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Author, Sent } from '../editing/writing.ts';
import { asRefusal, parse } from '../events/refusing.ts';
import { requestUnder } from '../rooms/named.ts';
import type { Stand } from '../rooms/stand.ts';
import { answerRefusal, jsonOf, roomIdOf } from './answers.ts';
import { keyOf } from './preconditions.ts';
import type { HttpServices } from './services.ts';
import { type HttpEnv, roleOf, type Tokens } from './tokens.ts';

/** How many operations a request may have. */
const most = 1_000;

const sent = z
  .object({
    operation: z.unknown().refine((operation) => operation !== undefined, 'expected an operation'),
    revision: revision.optional(),
    epoch: epoch.optional(),
    client_id: clientId.optional(),
    sequence: sequence.optional(),
  })
  .refine(({ client_id, sequence }) => sequence === undefined || client_id !== undefined, {
    path: ['sequence'],
    error: 'counts the operations of a client_id, which is missing',
  });

/** Operations of whoever is in no room: one, or many of which each is made when the one before is in the log. */
export function operationRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { writing, metrics, logger } = services;
  const routes = new Hono<HttpEnv>();

  routes.post('/:room_id/operations', tokens.writing, async (context) => {
    const room_id = roomIdOf(context.req.param('room_id'));
    const author = await authorIn(services, context, room_id);
    const key = keyOf(context);
    const body = await jsonOf(context, bytesFor(services, room_id));
    const operations = (Array.isArray(body) ? body : [body]).map((one) => parse(sent, one));
    if (operations.length > most)
      throw new Refusal('too_large', `${operations.length} operations: the limit is ${most}`);
    if (key !== undefined && operations.some(({ client_id }) => client_id !== undefined))
      throw new Refusal('bad_request', 'client_id: there is an Idempotency-Key in its place');
    await tokens.count(context, 'operations', operations.length - 1);
    return enterAll(context, author, room_id, operations, key);
  });

  /** As far as the first that is refused: what comes behind it may have been meant to follow it. */
  async function enterAll(
    context: Context<HttpEnv>,
    author: Author,
    room_id: RoomId,
    operations: Sent[],
    key: string | undefined,
  ): Promise<Response> {
    const request = key === undefined ? undefined : requestUnder(author.user_id, key, operations);
    let stand: Stand | undefined;
    for (const [index, operation] of operations.entries()) {
      const named = request && { client_id: request.client_id, sequence: request.numberOf(index + 1) };
      try {
        stand = await writing.write(author, room_id, { ...operation, ...named });
      } catch (error) {
        if (index === 0) throw error;
        const refusal = asRefusal(error, () => logger.error({ err: error, room_id }, 'an operation was not handled'));
        metrics.refused(refusal.error_code);
        return answerRefusal(context, messageOf(refusal, Date.now()), { room_id, ...stand, committed: index });
      }
    }
    return context.json({ ok: true, room_id, ...stand, committed: operations.length });
  }

  return routes;
}

/** Who asks, as an author in a room. Refuses `forbidden` who has no role there. */
export async function authorIn(
  { permissions }: Pick<HttpServices, 'permissions'>,
  context: Context<HttpEnv>,
  room_id: RoomId,
): Promise<Author> {
  const identity = context.get('identity');
  const { org_id, user_id } = identity;
  return { org_id, user_id, role: await roleOf(permissions, identity, room_id) };
}

/** Room for one operation of the greatest size, however it is escaped, or for many of the usual. */
function bytesFor(
  { kinds, config: { maxOperationBytes, maxMessageBytes } }: Pick<HttpServices, 'kinds' | 'config'>,
  room_id: RoomId,
): number {
  const largest = kinds.of(room_id).type.bounded ? maxMessageBytes : maxOperationBytes;
  return 6 * largest + 1024 * 1024;
}
