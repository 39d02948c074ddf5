import { setTimeout as pause } from 'node:timers/promises';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { Inspector, inspected } from '../support/inspector.ts';
import { type ServerProcess, startServer } from '../support/process.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { keystroke } from './keystroke.ts';
import { cpuOf, cpuOfRedis } from './machine.ts';
import { crowded, withoutLimits } from './target.ts';
import { connect, type TuttiSocket } from './targets.ts';

/** Something that grows, and what a unit of what must be delivered costs meanwhile. */
export interface Sweep {
  name: string;
  /** What grows. */
  about: string;
  /** What is measured. */
  unit: string;
  /** The sizes measured; those beyond `short` only where all are asked for. */
  sizes: number[];
  short: number;
  /** The highest exponent that is no worse than linear in what must be delivered. */
  most: number;
  measure(size: number): Promise<number>;
}

const perDelivery = 'µs of CPU for each delivered operation';
/** Seconds before something is measured, and while it is. */
const warmUp = 1.5;
const seconds = 5;
const megabyte = 2 ** 20;

export const sweeps: Sweep[] = [
  {
    name: 'clients',
    about: 'clients in one room, 20 operations a second',
    unit: perDelivery,
    sizes: [2, 10, 50, 200, 1_000],
    short: 4,
    most: 0,
    measure: (members) =>
      withServer({}, async (server) => {
        const sockets = await gather([server.url], members, () => ['song:0']);
        return costOf(cpuOf([server]), sockets, 20, (count) => type(sockets[count % 2], 'song:0', count));
      }),
  },
  {
    name: 'rooms',
    about: 'rooms of one, 50 connections, 200 operations a second in all',
    unit: perDelivery,
    sizes: [50, 200, 1_000, 5_000, 10_000],
    short: 3,
    most: 0,
    measure: (rooms) =>
      withServer({ MAX_ROOMS_PER_CONNECTION: '200' }, async (server) => {
        const roomsOf = (member: number) => names(rooms).filter((_, room) => room % 50 === member);
        const sockets = await gather([server.url], 50, roomsOf);
        const nth = (count: number) => Math.floor((count * 7_919) % rooms);
        return costOf(cpuOf([server]), sockets, 200, (count) =>
          type(sockets[nth(count) % 50], `song:${nth(count)}`, 0),
        );
      }),
  },
  {
    name: 'document',
    about: 'bytes of a song, four people, 50 operations a second',
    unit: perDelivery,
    sizes: [2 ** 10, 2 ** 14, 2 ** 18, 2_000_000],
    short: 4,
    most: 0,
    measure: (bytes) =>
      withServer({}, async (server) => {
        const sockets = await gather([server.url], 4, () => ['song:0']);
        await write(sockets[0], bytes);
        return costOf(cpuOf([server]), sockets, 50, (count) => type(sockets[count % 4], 'song:0', bytes));
      }),
  },
  {
    name: 'joins',
    about: 'bytes of a song that is joined',
    unit: 'µs of CPU for each join',
    sizes: [2 ** 10, 2 ** 14, 2 ** 18, 2_000_000],
    short: 4,
    most: 1,
    measure: (bytes) =>
      withServer({}, async (server) => {
        const [writer, visitor] = await gather([server.url], 2, () => ['song:0']);
        await write(writer, bytes);
        const visit = async () => {
          await visitor?.emitWithAck('leave_room', { room_id: 'song:0' });
          await visitor?.emitWithAck('join_room', { room_id: 'song:0' });
        };
        for (let warm = 0; warm < 50; warm++) await visit();
        const cpu = await spent(cpuOf([server]), async () => {
          for (let visits = 0; visits < 100; visits++) await visit();
        });
        return cpu / 100;
      }),
  },
  {
    name: 'history',
    about: 'operations that a song of 100 letters has had, four people, 50 more a second',
    unit: perDelivery,
    sizes: [100, 1_000, 10_000, 100_000, 1_000_000],
    short: 3,
    most: 0,
    measure: (operations) =>
      withServer({}, async (server) => {
        const sockets = await gather([server.url], 4, () => ['song:0']);
        await write(sockets[0], 100);
        await rewrite(sockets[0], operations);
        return costOf(cpuOf([server]), sockets, 50, (count) => type(sockets[count % 4], 'song:0', 100));
      }),
  },
  {
    name: 'instances',
    about: 'instances that share a room of 24 over Redis, 50 operations a second',
    unit: `${perDelivery}, of all instances together`,
    sizes: [1, 2, 3, 4],
    short: 4,
    most: 1,
    measure: (count) => shared(count, (servers) => cpuOf(servers)),
  },
  {
    name: 'redis',
    about: 'the same instances, room and operations',
    unit: 'µs of Redis’s CPU for each operation',
    sizes: [1, 2, 3, 4],
    short: 4,
    most: 1,
    measure: async (count) => sharers * (await shared(count, (_, redis) => () => cpuOfRedis(redis))),
  },
  {
    name: 'memory',
    about: 'connections that are idle, five to a room',
    unit: 'bytes for each, after a collection',
    sizes: [100, 300, 1_000, 3_000],
    short: 3,
    most: 0,
    measure: (count) =>
      withServer({ ...inspected, ...crowded }, async (server) => {
        await gather([server.url], 50, () => ['song:warm']);
        const inspector = await Inspector.open(server);
        const before = await inspector.holdings();
        await gather([server.url], count, (member) => [`song:${Math.floor(member / 5)}`]);
        const after = await inspector.holdings();
        inspector.close();
        return (after.heap - before.heap) / count;
      }),
  },
  {
    name: 'arrivals',
    about: 'connections that come, one after the other, five to a room',
    unit: 'µs of CPU for each handshake and join',
    sizes: [100, 300, 1_000, 3_000],
    short: 3,
    most: 0,
    measure: (count) =>
      withServer(crowded, async (server) => {
        await gather([server.url], 200, () => ['song:warm']);
        const come = () => gather([server.url], count, (member) => [`song:${Math.floor(member / 5)}`]);
        return (await spent(cpuOf([server]), come)) / count;
      }),
  },
];

/** Clients of the room that instances share. */
const sharers = 24;

/** What each delivery costs, by some clock, in a room that so many instances share. */
async function shared(
  count: number,
  clockOf: (servers: ServerProcess[], redis: RedisServer) => Clock,
): Promise<number> {
  const redis = await startRedis();
  const servers = await Promise.all(
    Array.from({ length: count }, () => startServer({ ...withoutLimits(), REDIS_URL: redis.url })),
  );
  const urls = servers.map(({ url }) => url);
  const sockets = await gather(urls, sharers, () => ['song:0']);
  const clock = clockOf(servers, redis);
  const cost = await costOf(clock, sockets, 50, (count) => type(sockets[count % sharers], 'song:0', count));
  await leave(servers);
  await redis.kill();
  return cost;
}

/** Everybody who is connected to the servers of one measurement. */
const connected: TuttiSocket[] = [];

async function withServer(environment: NodeJS.ProcessEnv, measure: (server: ServerProcess) => Promise<number>) {
  const server = await startServer({ ...withoutLimits(), ...environment });
  const cost = await measure(server);
  await leave([server]);
  return cost;
}

async function leave(servers: ServerProcess[]): Promise<void> {
  for (const socket of connected.splice(0)) socket.close();
  await Promise.all(servers.map((server) => server.stop()));
}

/** Lets so many in, in turns where there are several instances, each into rooms of theirs. */
async function gather(urls: string[], members: number, roomsOf: (member: number) => string[]): Promise<TuttiSocket[]> {
  const sockets: TuttiSocket[] = [];
  for (let member = 0; member < members; member++) {
    const socket = await connect(urls[member % urls.length] ?? '', `${connected.length}`);
    connected.push(socket);
    sockets.push(socket);
    for (const room_id of roomsOf(member)) {
      const joined = await socket.emitWithAck('join_room', { room_id });
      if (!joined.ok) throw new Error(joined.error.message);
    }
  }
  return sockets;
}

function names(rooms: number): string[] {
  return Array.from({ length: rooms }, (_, room) => `song:${room}`);
}

/** A keystroke somewhere in a text that is at least so long. */
function type(socket: TuttiSocket | undefined, room_id: string, length: number): void {
  socket?.emit('collaboration_operation', { room_id, operation: keystroke(length) });
}

/** Brings a song to so many bytes. */
async function write(socket: TuttiSocket | undefined, bytes: number): Promise<void> {
  for (let written = 0; written < bytes; ) {
    const piece = Math.min(bytes - written, megabyte / 4);
    await socket?.emitWithAck('collaboration_operation', { room_id: 'song:0', operation: ['x'.repeat(piece)] });
    written += piece;
  }
}

/** Lets letters come and go, in so many operations. */
async function rewrite(socket: TuttiSocket | undefined, operations: number): Promise<void> {
  for (let sent = 0; sent < operations; sent += 100) {
    const batch: TextOperation[] = Array.from({ length: 100 }, (_, index) => [index % 2 === 0 ? 'x' : { d: 1 }]);
    await Promise.all(
      batch.map((operation) => socket?.emitWithAck('collaboration_operation', { room_id: 'song:0', operation })),
    );
  }
}

/** What an operation costs wherever it arrives, while there are so many a second. */
async function costOf(
  clock: Clock,
  sockets: TuttiSocket[],
  rate: number,
  act: (count: number) => void,
): Promise<number> {
  let delivered = 0;
  for (const socket of sockets) socket.on('collaboration_update', ({ operations }) => (delivered += operations.length));
  const began = performance.now();
  let count = 0;
  const timer = setInterval(() => {
    for (; count < ((performance.now() - began) / 1000) * rate; count++) act(count);
  }, 5);
  await pause(warmUp * 1000);
  await until(() => delivered > 0);
  const before = delivered;
  const cpu = await spent(clock, () => pause(seconds * 1000));
  clearInterval(timer);
  return cpu / (delivered - before);
}

/** Microseconds of CPU so far. */
type Clock = () => number;

/** How much a clock goes on while something happens. */
async function spent(clock: Clock, happen: () => Promise<unknown>): Promise<number> {
  const before = clock();
  await happen();
  return clock() - before;
}
