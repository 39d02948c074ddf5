import type { Attack } from './attack.ts';
import { standing, tokenOf, viewer, write } from './attacker.ts';
import type { Connection } from './connection.ts';
import { steadily, together } from './pace.ts';

const room_id = 'song:victim';
const largest = 250_000;

/** An operation of so many one-letter insertions, each so far behind the one before. */
function scattered(parts: number, apart: number): unknown[] {
  return Array.from({ length: parts }, () => [apart, 'x']).flat();
}

/** What makes a song of so many letters. */
function song(length: number): unknown[] {
  return Array.from({ length: Math.ceil(length / largest) }, () => ['y'.repeat(Math.min(length, largest))]);
}

/** Pastes over pastes: each entry is large, the song is not. */
function pastes(count: number): unknown[] {
  return [['z'.repeat(largest)], ...Array.from({ length: count - 1 }, () => ['z'.repeat(largest), { d: largest }])];
}

/** Late operations over a log of operations with many parts. */
function late(name: string, operation: unknown, perSecond: number): Attack {
  return {
    name,
    async prepare(attacker) {
      await write(attacker, room_id, [...song(1_000_000), ...Array.from({ length: 560 }, () => scattered(1_000, 900))]);
    },
    async run(attacker, signal) {
      const eve = await attacker.join('eve', room_id);
      const revision = 4;
      await steadily(perSecond, signal, () => eve.emit('collaboration_operation', { room_id, operation, revision }));
    },
  };
}

/** Reads far back in a log of large edits, as often as a viewer may and more. */
function reading(name: string, ask: (since: { epoch: string; revision: number }) => [string, object]): Attack {
  return {
    name,
    prepare: (attacker) => write(attacker, room_id, pastes(300)),
    async run(attacker, signal) {
      const eve = await attacker.join('eve', room_id, viewer);
      const { epoch } = await standing(eve, room_id);
      await steadily(20, signal, (count) => eve.ask(...ask({ epoch, revision: count % 8 })));
    },
  };
}

/** Connections of two users that ask for something large, never read, and answer the heartbeat unasked. */
function unread(name: string, event: string, payload: object): Attack {
  return {
    name,
    least: 8,
    prepare: (attacker) => write(attacker, room_id, song(2_000_000)),
    async run(attacker, signal) {
      const deaf: Connection[] = [];
      for (let index = 0; index < 40; index++) {
        const connection = await attacker.join(`eve-${index % 2}`, room_id, viewer);
        await connection.ask('leave_room', { room_id });
        if (event !== 'join_room') await connection.ask('join_room', { room_id, client_id: `c-${index}` });
        connection.stopReading();
        deaf.push(connection);
      }
      await steadily(20, signal, (count) => {
        const connection = deaf[count % deaf.length];
        connection?.send('3');
        connection?.emit(event, payload);
      });
    },
  };
}

export const documents: Attack[] = [
  late('late-deletion', [{ d: 1_000_000 }], 10),
  late('late-parts', scattered(1_000, 900), 10),
  late('late-nothing', ['x'], 10),
  {
    name: 'late-flood',
    prepare: (attacker) =>
      write(
        attacker,
        room_id,
        Array.from({ length: 4_000 }, () => ['x']),
      ),
    async run(attacker, signal) {
      const [eve, payload] = [await attacker.join('eve', room_id), { room_id, operation: ['y'], revision: 2_500 }];
      await steadily(100, signal, () => eve.emit('collaboration_operation', payload));
    },
  },
  {
    name: 'cursor-at-old-revision',
    async prepare(attacker) {
      await write(attacker, room_id, [...song(500_000), ...Array.from({ length: 500 }, () => scattered(1_000, 400))]);
    },
    async run(attacker, signal) {
      const eve = await attacker.join('eve', room_id, viewer);
      const payload = { room_id, position: { anchor: 1, head: 400_000 }, revision: 2 };
      await steadily(200, signal, () => eve.emit('cursor_update', payload));
    },
  },
  reading('since-of-join', (since) => ['join_room', { room_id, client_id: 'eve', since }]),
  reading('operations-one-by-one', (since) => ['get_operations', { room_id, since, limit: 1 }]),
  reading('operations-a-thousand', (since) => ['get_operations', { room_id, since, limit: 1_000 }]),
  {
    name: 'joins-of-a-large-song',
    prepare: (attacker) => write(attacker, room_id, song(2_000_000)),
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 5 }, (_, index) => attacker.enter(`eve-${index}`, viewer)));
      await together(users.length, signal, async (index) => users[index]?.ask('join_room', { room_id }));
    },
  },
  {
    name: 'songs-over-http',
    prepare: (attacker) => write(attacker, room_id, song(2_000_000)),
    async run(attacker, signal) {
      await steadily(20, signal, (count) => {
        const token = tokenOf(`eve-${count % 10}`, viewer);
        return attacker.request({ method: 'GET', path: `/api/v1/rooms/${room_id}?format=text`, token });
      });
    },
  },
  unread('unread-joins', 'join_room', { room_id }),
  unread('unread-states', 'get_room_state', { room_id }),
  unread('unread-operations', 'get_operations', { room_id, since: { epoch: '', revision: 0 } }),
  {
    name: 'unread-songs-over-http',
    least: 8,
    prepare: (attacker) => write(attacker, room_id, song(2_000_000)),
    async run(attacker, signal) {
      await steadily(20, signal, (count) => {
        const socket = attacker.tcp().pause();
        const bearer = tokenOf(`eve-${count % 10}`, viewer);
        attacker.write(
          socket,
          `GET /api/v1/rooms/${room_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\n\r\n`,
        );
      });
    },
  },
  {
    name: 'letters-of-pastes',
    least: 6,
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, at) => attacker.join(`eve-${at}`, room_id)));
      const paste = 'z'.repeat(largest);
      await steadily(20, signal, async (count) => {
        const eve = users[count % 10];
        await eve?.ask('collaboration_operation', { room_id, operation: [paste] });
        await eve?.ask('collaboration_operation', { room_id, operation: [1_000, { d: largest - 1_000 }] });
      });
    },
  },
  {
    name: 'resends-of-one-sequence',
    async run(attacker, signal) {
      const eve = await attacker.join('eve', room_id);
      const payload = { room_id, operation: ['x'.repeat(10_000)], sequence: 1 };
      await steadily(100, signal, () => eve.emit('collaboration_operation', payload));
    },
  },
  {
    name: 'many-parts',
    prepare: (attacker) => write(attacker, room_id, song(2_000_000)),
    async run(attacker, signal) {
      const writers = await Promise.all(
        Array.from({ length: 3 }, (_, index) => attacker.join(`eve-${index}`, room_id)),
      );
      const operation = [...scattered(900, 1_000), { d: 1_000 }];
      await steadily(60, signal, (count) =>
        writers[count % writers.length]?.emit('collaboration_operation', { room_id, operation }),
      );
    },
  },
];
