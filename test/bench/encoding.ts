import { createRequire } from 'node:module';
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
} from 'node:zlib';
import { Random } from '../support/random.ts';
import { printTable, show, spread } from './figures.ts';
import type { Scenario } from './scenario.ts';
import { keystroke } from './targets.ts';

/** What socket.io-msgpack-parser uses. */
const messagePack: { encode(value: unknown): Buffer; decode(bytes: Buffer): unknown } = createRequire(import.meta.url)(
  'notepack.io',
);

/** How many connections each have their own compression, as `ws` has by default. */
const connections = 50;
const random = new Random(1);
/** How many operations the messages carry. */
const frames = [1, 10, 50];

interface Costs {
  json_bytes: number;
  message_pack_bytes: number;
  /** Compressed for itself, and with what the connection sent before in mind. */
  compressed_bytes: number;
  compressed_in_context_bytes: number;
  /** Microseconds of writing, or reading, the message once. */
  json_write_us: number;
  message_pack_write_us: number;
  json_read_us: number;
  message_pack_read_us: number;
  /** Microseconds of CPU, on all threads, for each connection. */
  compress_us: number;
  decompress_us: number;
}

/** What other forms of the frames would save, and take. */
export const encodingScenario: Scenario = {
  name: 'encoding',
  about: 'a frame of 1, 10 and 50 operations as JSON, as MessagePack and compressed: bytes, and what it takes',

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
        median('message_pack_bytes'),
        pair('compressed_bytes', 'compressed_in_context_bytes'),
        pair('json_write_us', 'json_read_us'),
        pair('message_pack_write_us', 'message_pack_read_us'),
        pair('compress_us', 'decompress_us'),
      ];
    });
    const head = ['operations', 'JSON, bytes', 'MessagePack', 'compressed, alone / in context'];
    const times = ['JSON, write / read µs', 'MessagePack', 'compress / decompress, a connection'];
    printTable([[...head, ...times], ...rows]);
    console.log(`  a connection's contexts take ${show(context_kib)} KiB`);
    return { figures: { frames: figures, context_kib }, problems: [] };
  },
};

/** What a room of a hundred thousand revisions tells of so many keystrokes. */
function frameOf(count: number) {
  const revision = 100_000;
  const operations = Array.from({ length: count }, () => {
    const member = `member-${random.between(0, 39)}`;
    const sequence = random.between(2_000, 3_000);
    const timestamp = 1_767_225_600_000 + random.between(0, 1_000_000);
    return { operation: keystroke(revision), client_id: member, sequence, user_id: member, timestamp };
  });
  return ['collaboration_update', { room_id: 'song:42', epoch: 'h7Jd0s-Q', revision, operations }];
}

async function measure(operations: number, seconds: number): Promise<Costs> {
  const frame = frameOf(operations);
  const json = JSON.stringify(frame);
  const packed = messagePack.encode(frame);
  const bytes = Buffer.from(json);
  const others = Array.from({ length: 100 }, () => Buffer.from(JSON.stringify(frameOf(operations))));
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
    message_pack_bytes: packed.length,
    compressed_bytes: alone.length,
    compressed_in_context_bytes: spread(sizes).median,
    json_write_us: time(seconds, () => JSON.stringify(frame)),
    message_pack_write_us: time(seconds, () => messagePack.encode(frame)),
    json_read_us: time(seconds, () => JSON.parse(json)),
    message_pack_read_us: time(seconds, () => messagePack.decode(packed)),
    compress_us,
    decompress_us,
  };
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
  const message = Buffer.from(JSON.stringify(frameOf(10)));
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
