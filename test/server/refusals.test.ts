import assert from 'node:assert/strict';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { ClientEventName } from '../../shared/events.ts';
import { type ErrorCode, refusalCodes } from '../../shared/refusals.ts';
import { type Client, caughtUp, collect, connect, next, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:42';
const other = 'song:next-door';

/** What is refused, and how: each is sent with a callback and without. `song` is joined with the role given (editor). */
const table: { name: string; event: ClientEventName; payload?: unknown; code: ErrorCode; role?: 'viewer' }[] = [
  { name: 'nothing', event: 'join_room', payload: undefined, code: 'bad_request' },
  { name: 'null', event: 'join_room', payload: null, code: 'bad_request' },
  { name: 'an array', event: 'join_room', payload: [], code: 'bad_request' },
  { name: 'binary', event: 'join_room', payload: Buffer.from('song:42'), code: 'bad_request' },
  { name: 'no room_id', event: 'join_room', payload: {}, code: 'bad_request' },
  { name: 'a number for room_id', event: 'join_room', payload: { room_id: 42 }, code: 'bad_request' },
  { name: 'an empty room_id', event: 'join_room', payload: { room_id: '' }, code: 'bad_request' },
  { name: 'a room_id with a space', event: 'join_room', payload: { room_id: 'song:a b' }, code: 'bad_request' },
  { name: 'a kind that there is not', event: 'join_room', payload: { room_id: 'opera:42' }, code: 'not_found' },
  { name: 'a room_id of 129', event: 'join_room', payload: { room_id: 'x'.repeat(129) }, code: 'bad_request' },
  { name: 'a bad client_id', event: 'join_room', payload: { room_id, client_id: 'a b' }, code: 'bad_request' },
  { name: 'an empty client_id', event: 'join_room', payload: { room_id, client_id: '' }, code: 'bad_request' },
  { name: 'half a since', event: 'join_room', payload: { room_id, since: { revision: 1 } }, code: 'bad_request' },
  {
    name: 'a negative revision',
    event: 'join_room',
    payload: { room_id, since: { epoch: '', revision: -1 } },
    code: 'bad_request',
  },
  { name: 'a room without a role', event: 'join_room', payload: { room_id: 'song:locked' }, code: 'forbidden' },
  { name: 'leaving what is not joined', event: 'leave_room', payload: { room_id: other }, code: 'not_found' },
  { name: 'no operation', event: 'collaboration_operation', payload: { room_id }, code: 'bad_request' },
  {
    name: 'a malformed operation',
    event: 'collaboration_operation',
    payload: { room_id, operation: [0] },
    code: 'bad_request',
  },
  {
    name: 'half a surrogate pair',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['\ud83d'] },
    code: 'bad_request',
  },
  {
    name: 'a fraction for revision',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['x'], revision: 0.5 },
    code: 'bad_request',
  },
  {
    name: 'sequence 0',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['x'], sequence: 0 },
    code: 'bad_request',
  },
  {
    name: 'a revision from the future',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['x'], revision: 99 },
    code: 'conflict',
  },
  {
    name: 'a reach past the end',
    event: 'collaboration_operation',
    payload: { room_id, operation: [9, 'x'] },
    code: 'invalid_operation',
  },
  {
    name: 'a delete past the end',
    event: 'collaboration_operation',
    payload: { room_id, operation: [{ d: 1e10 }] },
    code: 'invalid_operation',
  },
  {
    name: 'too much text',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['x'.repeat(1001)] },
    code: 'too_large',
  },
  {
    name: 'too many parts',
    event: 'collaboration_operation',
    payload: { room_id, operation: Array(2001).fill('x') },
    code: 'too_large',
  },
  {
    name: 'a document too large',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['😀'.repeat(250)] },
    code: 'too_large',
  },
  {
    name: 'an operation of a viewer',
    event: 'collaboration_operation',
    payload: { room_id, operation: ['x'] },
    code: 'forbidden',
    role: 'viewer',
  },
  {
    name: 'an operation elsewhere',
    event: 'collaboration_operation',
    payload: { room_id: other, operation: ['x'] },
    code: 'not_found',
  },
  {
    name: 'a limit of 0',
    event: 'get_operations',
    payload: { room_id, since: { epoch: '', revision: 0 }, limit: 0 },
    code: 'bad_request',
  },
  {
    name: 'entries from the future',
    event: 'get_operations',
    payload: { room_id, since: { epoch: '', revision: 9 } },
    code: 'conflict',
  },
  { name: 'the state of another room', event: 'get_room_state', payload: { room_id: other }, code: 'not_found' },
  {
    name: 'a cursor that is none',
    event: 'cursor_update',
    payload: { room_id, position: 'here' },
    code: 'bad_request',
  },
  {
    name: 'a cursor of 2 KiB',
    event: 'cursor_update',
    payload: { room_id, position: { anchor: 'x'.repeat(2048) } },
    code: 'too_large',
  },
  { name: 'a cursor elsewhere', event: 'cursor_update', payload: { room_id: other, position: 0 }, code: 'not_found' },
  { name: 'typing maybe', event: 'typing', payload: { room_id, is_typing: 'maybe' }, code: 'bad_request' },
  {
    name: 'typing of a viewer',
    event: 'typing',
    payload: { room_id, is_typing: true },
    code: 'forbidden',
    role: 'viewer',
  },
  {
    name: 'a message of 11 KiB',
    event: 'broadcast_message',
    payload: { room_id, message: 'x'.repeat(11 * 1024) },
    code: 'too_large',
  },
  {
    name: 'a binary message of 11 KiB',
    event: 'broadcast_message',
    payload: { room_id, message: Buffer.alloc(11 * 1024) },
    code: 'too_large',
  },
  {
    name: 'a message nested 100 deep',
    event: 'broadcast_message',
    payload: { room_id, message: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) },
    code: 'bad_request',
  },
  {
    name: 'a message to nobody',
    event: 'broadcast_message',
    payload: { room_id, message: 1, to: 'nobody' },
    code: 'not_found',
  },
  {
    name: 'a message of a viewer',
    event: 'broadcast_message',
    payload: { room_id, message: 1 },
    code: 'forbidden',
    role: 'viewer',
  },
  { name: 'no token', event: 'authenticate', payload: {}, code: 'bad_request' },
  { name: 'a bad token', event: 'authenticate', payload: { token: 'x' }, code: 'unauthorized' },
  { name: 'an event that there is not', event: 'drop_table' as ClientEventName, payload: {}, code: 'bad_request' },
  { name: 'an event of every object', event: 'constructor' as ClientEventName, payload: {}, code: 'bad_request' },
];

describe('a refusal', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let neighbours: [Client, Client];

  beforeEach(async () => {
    server = await startServer({ maxOperationBytes: 1000, maxDocumentBytes: 900 });
    const [ada, ben] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ben' })];
    for (const client of [ada, ben]) await request(client, 'join_room', { room_id: other });
    neighbours = [ada, ben];
  });

  /** The room next door goes on: what one writes the other reads. */
  async function goesOnNextDoor() {
    const [ada, ben] = neighbours;
    const update = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id: other, operation: ['x'] });
    await update;
  }

  for (const { name, event, payload, code, role } of table) {
    it(`of ${name} at ${event} is ${code}, changes nothing, and leaves the room next door alone`, async () => {
      const eve = await connect(server, { sub: 'eve', rooms: { [room_id]: role ?? 'editor' } });
      await request(eve, 'join_room', { room_id });
      const before = await request(eve, 'get_room_state', { room_id });
      const refusal = await refused(eve, event, payload, code);
      assert.equal(refusal.code, refusalCodes[code]);
      assert.equal(refusal.event, event);
      assert.equal(typeof refusal.timestamp, 'number');
      const without = next(eve, event === 'authenticate' ? 'auth_error' : 'error');
      (eve.emit as (event: string, payload: unknown) => void)(event, payload);
      assert.equal((await without).error_code, code);
      assert.deepEqual(await request(eve, 'get_room_state', { room_id }), before);
      await goesOnNextDoor();
    });
  }

  it('of more than a packet may hold ends that connection and no other', async () => {
    const eve = await connect(server, { sub: 'eve' });
    await request(eve, 'join_room', { room_id });
    const ended = new Promise((resolve) => eve.once('disconnect', resolve));
    eve.emit('collaboration_operation', { room_id, operation: ['x'.repeat(200_000)] });
    await ended;
    await goesOnNextDoor();
  });

  it('of too many joins names when to come back', async () => {
    const limited = await startServer({ limitJoins: '2/60' });
    const eve = await connect(limited, { sub: 'eve' });
    for (let time = 0; time < 2; time++) await request(eve, 'join_room', { room_id });
    const { retry_after_ms } = await refused(eve, 'join_room', { room_id }, 'rate_limited');
    assert.ok(retry_after_ms && retry_after_ms > 50_000 && retry_after_ms <= 60_000);
    await request(await connect(limited, { sub: 'ada' }), 'join_room', { room_id });
  });

  it('of a bug tells nothing of it', async () => {
    const log: Log = createMemoryLog();
    const broken = await startServer({
      log,
      authorize: () => {
        throw new Error('the database password is tulip');
      },
    });
    const eve = await connect(broken, { sub: 'eve', rooms: {} });
    const refusal = await refused(eve, 'join_room', { room_id }, 'internal');
    assert.doesNotMatch(JSON.stringify(refusal), /tulip/);
  });

  it('answers a callback and sends no error besides', async () => {
    const eve = await connect(server, { sub: 'eve' });
    const errors = collect(eve, 'error');
    await refused(eve, 'leave_room', { room_id }, 'not_found');
    await caughtUp(eve);
    assert.deepEqual(errors, []);
  });
});
