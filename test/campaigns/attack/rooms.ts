import type { Attack } from './attack.ts';
import { host, tokenOf, viewer } from './attacker.ts';
import type { Connection } from './connection.ts';
import { continually, steadily, together } from './pace.ts';

const small = { redis: ['--maxmemory', '150mb'] };

/** What an editor of every song can fill a server with. */
const filling: Attack[] = [
  {
    name: 'bytes-of-a-tenant',
    surroundings: { ...small, environment: { LIMIT_TENANT_BYTES: '33554432/3600' } },
    least: 8,
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 25 }, (_, index) => attacker.enter(`eve-${index}`)));
      const operation = ['x'.repeat(262_144)];
      await together(users.length, signal, async (index) => {
        const room_id = `song:eve-${index}`;
        await users[index]?.ask('join_room', { room_id });
        await users[index]?.ask('collaboration_operation', { room_id, operation });
      });
    },
  },
  {
    name: 'bytes',
    least: 8,
    surroundings: small,
    async run(attacker, signal) {
      const eve = await attacker.enter('eve');
      const operation = ['x'.repeat(262_144)];
      for (let room = 0; room < 40; room++) await eve.ask('join_room', { room_id: `song:eve-${room}` });
      let sent = 0;
      await together(20, signal, () =>
        eve.ask('collaboration_operation', { room_id: `song:eve-${sent++ % 40}`, operation }),
      );
    },
  },
  {
    name: 'bytes-of-pastes',
    least: 8,
    surroundings: small,
    async run(attacker, signal) {
      const [eve, room_id, letters] = [await attacker.join('eve', 'song:eve'), 'song:eve', 'x'.repeat(262_144)];
      await eve.ask('collaboration_operation', { room_id, operation: [letters] });
      const operation = [letters, { d: 262_144 }];
      await together(20, signal, () => eve.ask('collaboration_operation', { room_id, operation }));
    },
  },
  {
    name: 'rooms',
    surroundings: small,
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`)));
      let rooms = 0;
      await together(users.length, signal, async (index) => {
        const room_id = `song:eve-${rooms++}-${'x'.repeat(100)}`;
        await users[index]?.ask('join_room', { room_id });
        await users[index]?.ask('collaboration_operation', { room_id, operation: ['x'] });
        await users[index]?.ask('leave_room', { room_id });
      });
    },
  },
  {
    name: 'rooms-that-stay-empty',
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`)));
      let rooms = 0;
      await together(users.length, signal, async (index) => {
        const room_id = `song:eve-${rooms++}`;
        await users[index]?.ask('join_room', { room_id });
        await users[index]?.ask('leave_room', { room_id });
      });
    },
  },
  {
    name: 'client-ids',
    surroundings: small,
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`)));
      const room_id = 'song:eve';
      let ids = 0;
      await together(users.length, signal, async (index) => {
        await users[index]?.ask('join_room', { room_id, client_id: `${'c'.repeat(56)}${ids++}` });
        await users[index]?.ask('collaboration_operation', { room_id, operation: ['x'], sequence: 1 });
      });
    },
  },
];

/** What users tell each other. */
const telling: Attack[] = [
  {
    name: 'messages-to-the-deaf',
    least: 8,
    async run(attacker, signal) {
      const room_id = 'song:eve';
      for (let index = 0; index < 40; index++) {
        const deaf = await attacker.join(`deaf-${index % 4}`, room_id, viewer);
        await deaf.ask('join_room', { room_id, client_id: `deaf-${index}` });
        deaf.stopReading();
      }
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.join(`eve-${index}`, room_id)));
      const message = 'x'.repeat(10_000);
      await steadily(200, signal, (count) => users[count % 10]?.emit('broadcast_message', { room_id, message }));
    },
  },
  {
    name: 'operations-to-the-deaf',
    least: 8,
    async run(attacker, signal) {
      const room_id = 'song:eve';
      for (let index = 0; index < 40; index++) {
        const deaf = await attacker.join(`deaf-${index % 4}`, room_id, viewer);
        await deaf.ask('join_room', { room_id, client_id: `deaf-${index}` });
        deaf.stopReading();
      }
      const eve = await attacker.join('eve', room_id);
      const letters = 'x'.repeat(200_000);
      await eve.ask('collaboration_operation', { room_id, operation: [letters] });
      const operation = [letters, { d: 200_000 }];
      await steadily(20, signal, () => eve.emit('collaboration_operation', { room_id, operation }));
    },
  },
  {
    name: 'operations-to-who-never-polls',
    least: 8,
    async run(attacker, signal) {
      const room_id = 'song:eve';
      const polling = '/socket.io/?EIO=4&transport=polling';
      for (let index = 0; index < 40; index++) {
        const opened = await fetch(`${attacker.url}${polling}`).then((response) => response.text());
        const path = `${polling}&sid=${/"sid":"([^"]+)"/.exec(opened)?.[1]}`;
        await attacker.request({
          method: 'POST',
          path,
          body: `40${JSON.stringify({ token: tokenOf(`deaf-${index}`) })}`,
        });
        await attacker.request({ method: 'GET', path });
        await attacker.request({ method: 'POST', path, body: `42${JSON.stringify(['join_room', { room_id }])}` });
      }
      const eve = await attacker.join('eve', room_id);
      const letters = 'x'.repeat(20_000);
      await eve.ask('collaboration_operation', { room_id, operation: [letters] });
      const operation = [letters, { d: 20_000 }];
      await steadily(20, signal, () => eve.emit('collaboration_operation', { room_id, operation }));
    },
  },
  {
    name: 'cursors-of-a-full-room',
    least: 6,
    async run(attacker, signal) {
      const room_id = 'session:eve';
      const users: Connection[] = [];
      for (let index = 0; index < 90; index++) users.push(await attacker.join(`eve-${index}`, room_id, viewer));
      const position = { padding: 'x'.repeat(1_000) };
      await steadily(1_000, signal, (count) =>
        users[count % users.length]?.emit('cursor_update', { room_id, position }),
      );
    },
  },
  {
    name: 'typing-of-a-full-room',
    least: 6,
    async run(attacker, signal) {
      const room_id = 'song:eve';
      const users: Connection[] = [];
      for (let index = 0; index < 90; index++) users.push(await attacker.join(`eve-${index}`, room_id));
      await steadily(1_000, signal, (count) =>
        users[count % users.length]?.emit('typing', { room_id, is_typing: count % 180 < 90 }),
      );
    },
  },
  {
    name: 'join-and-leave-in-a-loop',
    async run(attacker, signal) {
      const room_id = 'song:eve';
      const users = await Promise.all(Array.from({ length: 20 }, (_, index) => attacker.enter(`eve-${index}`)));
      await together(users.length, signal, async (index) => {
        await users[index]?.ask('join_room', { room_id });
        await users[index]?.ask('leave_room', { room_id });
      });
    },
  },
];

/** Frames that build on those before them. */
const compactFrames: Attack[] = [
  {
    name: 'compact-frames-that-begin-anew',
    least: 6,
    async run(attacker, signal) {
      const room_id = 'song:eve';
      const users: Connection[] = [];
      for (let index = 0; index < 60; index++)
        users.push(await attacker.join(`${'u'.repeat(50)}${index}`, room_id, {}, { compact: 1 }));
      const restless = await attacker.enter('restless', viewer, { compact: 1 });
      await Promise.all([
        steadily(500, signal, (count) =>
          users[count % users.length]?.emit('cursor_update', { room_id, position: { anchor: count, head: 0 } }),
        ),
        continually(signal, async () => {
          await restless.ask('join_room', { room_id });
          await restless.ask('leave_room', { room_id });
        }),
      ]);
    },
  },
  {
    name: 'compact-clients',
    least: 6,
    async run(attacker, signal) {
      const rooms = Array.from({ length: 40 }, (_, index) => `song:eve-${index}`);
      const listener = await attacker.enter('listener', viewer, { compact: 1 });
      for (const room_id of rooms) await listener.ask('join_room', { room_id });
      const users = await Promise.all(Array.from({ length: 20 }, (_, index) => attacker.enter(`eve-${index}`)));
      let clients = 0;
      await together(users.length, signal, async (index) => {
        const room_id = rooms[clients % rooms.length];
        await users[index]?.ask('join_room', { room_id, client_id: `${'c'.repeat(56)}${clients++}` });
        await users[index]?.ask('cursor_update', { room_id, position: { anchor: 0, head: 0 } });
        await users[index]?.ask('leave_room', { room_id });
      });
    },
  },
];

/** What is honest, and more than there is room for. */
const crowds: Attack[] = [
  {
    name: 'full-room',
    least: 6,
    run: async (attacker, signal) => {
      const room_id = 'song:full';
      for (let index = 0; index < 100; index++) await attacker.join(`in-${index}`, room_id, viewer);
      const users = await Promise.all(Array.from({ length: 20 }, (_, index) => attacker.enter(`out-${index}`, viewer)));
      await together(users.length, signal, async (index) => users[index]?.ask('join_room', { room_id }));
    },
  },
  {
    name: 'hanging-authorize',
    surroundings: { authorize: 'hangs' },
    async run(attacker, signal) {
      const claims = { rooms: {} };
      const users = await Promise.all(Array.from({ length: 50 }, (_, index) => attacker.enter(`ann-${index}`, claims)));
      let rooms = 0;
      await together(users.length, signal, async (index) =>
        users[index]?.ask('join_room', { room_id: `song:${rooms++}` }),
      );
    },
  },
  {
    name: 'hanging-authorize-of-one-connection',
    surroundings: { authorize: 'hangs' },
    async run(attacker, signal) {
      const eve = await attacker.enter('eve', { rooms: {} });
      await steadily(100, signal, (count) => eve.emit('join_room', { room_id: `song:${count}` }));
    },
  },
];

/** Who is online, asked for two hundred at once. */
const watching: Attack[] = (['alone', 'authorized'] as const).map((kind) => ({
  name: `presence-of-200-${kind}`,
  ...(kind === 'authorized' && { surroundings: { authorize: 'answers' as const } }),
  async run(attacker, signal) {
    const eve = await attacker.enter('eve');
    await continually(signal, (count) =>
      eve.ask('presence_subscribe', {
        user_ids: Array.from({ length: 200 }, (_, index) => `${count}-${index}-${'x'.repeat(100)}`),
      }),
    );
  },
}));

/** Roles that are asked for, one by one, where each answer is remembered. */
const asking: Attack[] = [
  {
    name: 'joins-that-are-authorized',
    surroundings: { authorize: 'answers' },
    async run(attacker, signal) {
      const users = await Promise.all(
        Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`, { rooms: {} })),
      );
      let rooms = 0;
      await together(users.length, signal, async (index) => {
        const room_id = `song:${rooms++}`;
        await users[index]?.ask('join_room', { room_id });
        await users[index]?.ask('leave_room', { room_id });
      });
    },
  },
  {
    name: 'rooms-over-http',
    run: (attacker, signal) =>
      steadily(200, signal, (count) =>
        attacker.request({
          method: 'GET',
          path: `/api/v1/rooms/song:eve-${count}`,
          token: attackersToken(count % 100),
        }),
      ),
  },
];

function attackersToken(index: number): string {
  return tokenOf(`eve-${index}`, host);
}

export const rooms: Attack[] = [...filling, ...telling, ...compactFrames, ...crowds, ...watching, ...asking];
