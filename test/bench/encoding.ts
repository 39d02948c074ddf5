import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
} from 'node:zlib';
import { CompactFrames as CompactReader } from '../../client/connection/compact.ts';
import { CompactFrames } from '../../server/wire/compact.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { Random } from '../support/random.ts';
import { printTable, show, spread } from './figures.ts';
import { keystroke } from './keystroke.ts';
import type { Scenario } from './scenario.ts';

/** What socket.io-msgpack-parser uses. */
const messagePack: { encode(value: unknown): Buffer; decode(bytes: Buffer): unknown } = createRequire(import.meta.url)(
  'notepack.io',
);

/** How many operations the messages carry together that follow each other. */
const story = 1_000;
/** How many connections each have their own compression, as `ws` has by default. */
const connections = 50;
const random = new Random(1);
/** How many operations the messages carry. */
const frames = [1, 10, 50];
/** Who writes: a client of each, and the last that it has written. */
const members = Array.from({ length: 40 }, () => ({ client_id: randomUUID(), user_id: randomUUID(), sequence: 2_000 }));

interface Costs {
  json_bytes: number;
  compact_bytes: number;
  message_pack_bytes: number;
  /** Compressed for itself, and with what the connection sent before in mind. */
  compressed_bytes: number;
  compressed_in_context_bytes: number;
  /** Microseconds of writing, or reading, the message once. */
  json_write_us: number;
  compact_write_us: number;
  message_pack_write_us: number;
  json_read_us: number;
  compact_read_us: number;
  message_pack_read_us: number;
  /** Microseconds of CPU, on all threads, for each connection. */
  compress_us: number;
  decompress_us: number;
}

/** What other forms of the frames would save, and take. */
export const encodingScenario: Scenario = {
  name: 'encoding',
  about: 'a frame of 1, 10 and 50 operations as JSON, compact, as MessagePack and compressed: bytes, and what it takes',

  async run({ seconds, repeat }) {
    // First, before there is memory to be used again.
    const context_kib = await memoryOfContext();
    const figures: Record<string, Costs[]> = {};
    for (const operations of frames) {
      const rounds: Costs[] = [];
      for (let round = 0; round < repeat; round++) rounds.push(await measure(operations, seconds / 6));
      figures[operations] = rounds;
    }
    const rows = Object.entries(figures).map(([operations, rounds]) => {
      const median = (figure: keyof Costs) => show(spread(rounds.map((costs) => costs[figure])).median);
      const pair = (one: keyof Costs, other: keyof Costs) => `${median(one)} / ${median(other)}`;
      return [
        operations,
        median('json_bytes'),
        median('compact_bytes'),
        median('message_pack_bytes'),
        pair('compressed_bytes', 'compressed_in_context_bytes'),
        pair('json_write_us', 'json_read_us'),
        pair('compact_write_us', 'compact_read_us'),
        pair('message_pack_write_us', 'message_pack_read_us'),
        pair('compress_us', 'decompress_us'),
      ];
    });
    const head = ['operations', 'JSON, bytes', 'compact', 'MessagePack', 'compressed, alone / in context'];
    const times = ['JSON, write / read µs', 'compact', 'MessagePack', 'compress / decompress, a connection'];
    printTable([[...head, ...times], ...rows]);
    console.log(`  a connection's contexts take ${show(context_kib)} KiB`);
    return { figures: { frames: figures, context_kib }, problems: [] };
  },
};

/** What a room of a hundred thousand revisions tells of so many keystrokes each time. */
function updatesOf(count: number): ServerPayload<'collaboration_update'>[] {
  return Array.from({ length: story / count }, (_, message) => {
    const revision = 100_000 + message * count;
    const operations = Array.from({ length: count }, (_, at) => {
      const member = members[random.between(0, members.length - 1)];
      if (!member) throw new Error('nobody is there');
      const { client_id, user_id } = member;
      member.sequence += 1;
      const timestamp = 1_767_225_600_000 + (revision + at) * 3;
      return { operation: keystroke(revision), client_id, sequence: member.sequence, user_id, timestamp };
    });
    return { room_id: 'song:42', epoch: 'h7Jd0s-Qm3Xv', revision, operations, proof: 'N1cJ0d9hPqQ1v6pA' };
  });
}

async function measure(operations: number, seconds: number): Promise<Costs> {
  const updates = updatesOf(operations);
  const readable = updates.map((update) => ['collaboration_update', update]);
  const [frame] = readable;
  const json = JSON.stringify(frame);
  const packed = messagePack.encode(frame);
  const bytes = Buffer.from(json);
  const others = readable.map((each) => Buffer.from(JSON.stringify(each)));
  const compact = compactOf(updates);
  // The first introduces who is there.
  const compact_bytes = spread(compact.slice(updates.length / 2).map((text) => Buffer.byteLength(text))).median;
  const deflaters = Array.from({ length: connections }, () => createDeflateRaw());
  const inflaters = Array.from({ length: connections }, () => createInflateRaw());
  const sizes: number[] = [];
  const compress_us = await cpu(seconds, async () => {
    const next = others[sizes.length % others.length] ?? bytes;
    const [first] = await Promise.all(deflaters.map((deflater) => through(deflater, next)));
    sizes.push(first?.length ?? 0);
  });
  // As from a client that keeps no context.
  const alone = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  const decompress_us = await cpu(seconds, () => Promise.all(inflaters.map((inflater) => through(inflater, alone))));
  for (const stream of [...deflaters, ...inflaters]) stream.close();
  return {
    json_bytes: bytes.length,
    compact_bytes,
    message_pack_bytes: packed.length,
    compressed_bytes: alone.length,
    compressed_in_context_bytes: spread(sizes).median,
    json_write_us: time(seconds, () => JSON.stringify(frame)),
    compact_write_us: time(seconds, () => compactOf(updates)) / updates.length,
    message_pack_write_us: time(seconds, () => messagePack.encode(frame)),
    json_read_us: time(seconds, () => JSON.parse(json)),
    compact_read_us: time(seconds, () => readAll(compact)) / updates.length,
    message_pack_read_us: time(seconds, () => messagePack.decode(packed)),
    compress_us,
    decompress_us,
  };
}

/** The same as compact frames, as somebody is sent them who was there before. */
function compactOf(updates: ServerPayload<'collaboration_update'>[]): string[] {
  const writer = new CompactFrames();
  const reader = { agreed: 0 };
  return updates.map((update) =>
    JSON.stringify(['c', writer.encode('collaboration_update', update, [reader], 1_767_225_600_000)]),
  );
}

function readAll(frames: string[]): void {
  const reader = new CompactReader();
  for (const frame of frames) reader.read(JSON.parse(frame)[1]);
}

/** Mean microseconds of a piece of work. */
function time(seconds: number, work: () => unknown): number {
  let done = 0;
  const began = performance.now();
  for (; performance.now() - began < seconds * 1000; done += 100) for (let n = 0; n < 100; n++) work();
  return ((performance.now() - began) * 1000) / done;
}

/** Mean microseconds of CPU, on all threads, of a piece of work for each connection. */
async function cpu(seconds: number, work: () => Promise<unknown>): Promise<number> {
  let done = 0;
  const before = process.cpuUsage();
  for (const end = performance.now() + seconds * 1000; performance.now() < end; done += connections) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / done;
}

/** Sends a message through a connection's compression, as `ws` does. */
function through(stream: DeflateRaw | InflateRaw, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(message);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('error', reject);
      resolve(stream.read() ?? Buffer.alloc(0));
    });
  });
}

/** Kibibytes that one to write and one to read take. */
async function memoryOfContext(): Promise<number> {
  const count = 200;
  const message = Buffer.from(JSON.stringify(['collaboration_update', updatesOf(10)[0]]));
  const packed = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  const before = process.memoryUsage().rss;
  const deflaters = Array.from({ length: count }, () => createDeflateRaw());
  const inflaters = Array.from({ length: count }, () => createInflateRaw());
  for (const deflater of deflaters) await through(deflater, message);
  for (const inflater of inflaters) await through(inflater, packed);
  const taken = process.memoryUsage().rss - before;
  for (const stream of [...deflaters, ...inflaters]) stream.close();
  return taken / 1024 / count;
}
