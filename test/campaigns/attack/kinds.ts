import * as encoding from 'lib0/encoding';
import { toBase64 } from '../../../shared/documents/yjs/base64.ts';
import { costlyUpdate, type Id, nestedMaps, updateOf } from '../../support/yjsUpdates.ts';
import type { Attack } from './attack.ts';
import { type Attacker, host, viewer, write } from './attacker.ts';
import type { Connection } from './connection.ts';
import { steadily } from './pace.ts';

const note = 'note:eve';
const stream = 'stream:eve';
const surroundings = { kinds: true } as const;

/** An update of one struct for each of so many Yjs clients, none of which shows. */
function ofClients(first: number, many: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, many);
  // One struct, whose client is the next, at clock 0: of one clock, and collected already.
  for (let at = 0; at < many; at++) for (const part of [1, first + at, 0, 0, 1]) encoding.writeVarUint(encoder, part);
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

/** An update that deletes so many times one clock of a Yjs client, each so far behind the one before; how many go before them. */
function ofDeletions(client: number, many: number, apart: number, before = 0): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const part of [0, 1, client, many]) encoding.writeVarUint(encoder, part);
  for (let at = before; at < before + many; at++)
    for (const part of [at * apart, 1]) encoding.writeVarUint(encoder, part);
  return encoding.toUint8Array(encoder);
}

/** An update of one value: lists in lists, so many. */
function ofDepth(client: number, levels: number): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const part of [1, 1, client, 0]) encoding.writeVarUint(encoder, part);
  encoding.writeUint8(encoder, 8);
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarString(encoder, 'text');
  encoding.writeVarUint(encoder, 1);
  for (let level = 0; level < levels; level++) for (const part of [117, 1]) encoding.writeUint8(encoder, part);
  for (const part of [126, 0]) encoding.writeUint8(encoder, part);
  return encoding.toUint8Array(encoder);
}

const text = (client: number, length: number) => updateOf(client, 0, [{ text: 'x'.repeat(length) }]);
/** How many updates may be refused, and are sent again: what Yjs takes for one goes by what its thread held before. */
const unlucky = 20;
const written = (updates: readonly Uint8Array[]) => (attacker: Attacker) =>
  write(attacker, note, updates.map(toBase64), unlucky);

/** Ten editors send operations to a room, so many together each second. */
function sent(
  name: string,
  room_id: string,
  perSecond: number,
  operation: (count: number) => unknown,
  prepare?: Attack['prepare'],
): Attack {
  return {
    name,
    surroundings,
    least: 6,
    ...(prepare && { prepare }),
    async run(attacker, signal) {
      const users = await join(attacker, 10, room_id);
      await steadily(perSecond, signal, (count) =>
        users[count % 10]?.emit('collaboration_operation', { room_id, operation: operation(count) }),
      );
    },
  };
}

function join(attacker: Attacker, many: number, room_id: string, claims: object = host): Promise<Connection[]> {
  return Promise.all(Array.from({ length: many }, (_, index) => attacker.join(`eve-${index}`, room_id, claims)));
}

const said = () => ({ type: 'said', data: { text: 'x'.repeat(9_000) } });
const many = { clients: 30_000, deletions: 30_000 };
const crowded = [
  ...Array.from({ length: many.clients / 2_000 }, (_, at) => ofClients(1_000_000 + at * 2_000, 2_000)),
  text(1, 2 * many.deletions),
  ...Array.from({ length: many.deletions / 2_000 }, (_, at) => ofDeletions(1, 2_000, 2, at * 2_000)),
];

export const kindAttacks: Attack[] = [
  sent('yjs-costly', note, 20, (count) => toBase64(costlyUpdate(1_000 + count, 6_000))),
  {
    name: 'yjs-detours',
    surroundings,
    least: 6,
    prepare: written([text(1, 40_000)]),
    async run(attacker, signal) {
      const eve = await attacker.join('eve', note);
      // The text is another's: what stands in it is by a client of one's own.
      const place = (at: number): { right: Id } => ({ right: [1, 39_999 - (at % 39_000)] });
      await steadily(10, signal, (count) => {
        const items = Array.from({ length: 60 }, (_, at) => place(count * 60 + at));
        eve.emit('collaboration_operation', { room_id: note, operation: toBase64(updateOf(2, count * 60, items)) });
      });
    },
  },
  sent(
    'yjs-clients',
    note,
    100,
    (count) => toBase64(ofClients(3_000_000 + count * 40, 40)),
    written(crowded.slice(0, many.clients / 2_000)),
  ),
  sent('yjs-clients-at-once', note, 20, (count) => toBase64(ofClients(1_000_000 + count * 2_000, 2_000))),
  sent('yjs-deletions', note, 20, () => toBase64(ofDeletions(1, 20_000, 3)), written([text(1, 100_000)])),
  sent('yjs-nested', note, 20, (count) => toBase64(nestedMaps(1_000 + count, 20_000))),
  sent('yjs-deep', note, 20, (count) => toBase64(ofDepth(1_000 + count, 60_000))),
  sent('yjs-pastes', note, 20, (count) => toBase64(text(1_000 + count, 180_000))),
  {
    name: 'yjs-joins',
    surroundings,
    least: 6,
    prepare: written(crowded),
    async run(attacker, signal) {
      const users = await join(attacker, 20, note, viewer);
      const writer = await attacker.join('writer', note);
      await Promise.all([
        steadily(5, signal, (count) => {
          const operation = toBase64(updateOf(9_000_000 + count, 0, [{}]));
          writer.emit('collaboration_operation', { room_id: note, operation });
        }),
        steadily(40, signal, (count) =>
          users[count % 20]?.ask('join_room', { room_id: note, client_id: `eve-${count % 20}` }),
        ),
      ]);
    },
  },
  {
    name: 'yjs-awareness',
    surroundings,
    least: 6,
    async run(attacker, signal) {
      const users: Connection[] = [];
      for (let index = 0; index < 90; index++) users.push(await attacker.join(`eve-${index}`, note, viewer));
      const position = { padding: 'x'.repeat(1_000) };
      await steadily(1_000, signal, (count) =>
        users[count % users.length]?.emit('cursor_update', { room_id: note, position }),
      );
    },
  },
  sent('events-large', stream, 100, said),
  sent('events-many', stream, 100, () => Array.from({ length: 250 }, () => ({ type: 'said', data: { text: '' } }))),
  sent('events-slow-to-check', stream, 100, () => ({
    type: 'drawn',
    data: Array.from({ length: 300 }, (_, at) => ({ x: at, y: at, z: 'w' })),
  })),
  {
    name: 'events-unstored',
    surroundings,
    least: 6,
    async run(attacker, signal) {
      const users = await join(attacker, 40, stream);
      const message = { type: 'waved', data: { text: 'x'.repeat(9_000) } };
      await steadily(200, signal, (count) =>
        users[count % 40]?.emit('broadcast_message', { room_id: stream, message }),
      );
    },
  },
  {
    name: 'events-far-back',
    surroundings,
    least: 6,
    prepare: (attacker) => write(attacker, stream, Array.from({ length: 1_500 }, said)),
    async run(attacker, signal) {
      const users = await join(attacker, 10, stream, viewer);
      await steadily(20, signal, (count) =>
        users[count % 10]?.ask('get_operations', {
          room_id: stream,
          since: { epoch: '', revision: 0 },
          limit: count % 2 ? 1 : 1_000,
        }),
      );
    },
  },
];
