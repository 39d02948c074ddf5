import { setTimeout as pause } from 'node:timers/promises';
import * as Y from 'yjs';
import { readUpdate } from '../../../shared/documents/yjs/update.ts';
import { Inspector, inspected } from '../../support/inspector.ts';
import { Random } from '../../support/random.ts';
import { compare, inTurns, type Pair, withTarget } from '../comparison.ts';
import { printTable, show, spread } from '../figures.ts';
import type { Effort } from '../scenario.ts';
import { crowded } from '../target.ts';
import type { TargetName } from '../targets.ts';
import { keystroke, numberOf, type Way, yjsTargets } from './targets.ts';

/** Of a document, at least. */
const bytes = 40 * 1024;
/** What is typed in each after it came. */
const keystrokes = 300;
/** The Yjs clients that wrote the first part of it. */
const writers = { first: 1_000_000, second: 1_000_001 };
/** How long nothing happens before it is looked at, in milliseconds. */
const rest = 15_000;

/** What a document takes in memory that nobody writes in, of what it has as an update: 1 is just that. */
export async function compareRest(pairs: readonly Pair[], { repeat, smoke }: Effort): Promise<unknown> {
  const documents = smoke ? { first: 2, more: 2 } : { first: 100, more: 400 };
  const state = written();
  const measurements = await inTurns(pairs, repeat, (target) => measure(target, state, documents, smoke ? 100 : rest));
  const rows = [...measurements].map(([name, all]) => [name, show(spread(all).median), show(spread(all).max)]);
  printTable([['memory of a document ÷ its bytes', 'median', 'most'], ...rows]);
  const ratios = compare(pairs, measurements, { memory: (memory) => memory });
  return { bytes: state.length, keystrokes, documents, measurements: Object.fromEntries(measurements), ratios };
}

/** How many documents there are first, and how many more are looked at. */
interface Documents {
  first: number;
  more: number;
}

function measure(target: TargetName, state: Uint8Array, { first, more }: Documents, quiet: number): Promise<number> {
  const { open } = yjsTargets[target as keyof typeof yjsTargets];
  return withTarget(target, { ...inspected, ...crowded }, async ({ servers: [server] }) => {
    if (!server) throw new Error(`${target} has no server`);
    const inspector = await Inspector.open(server);
    const refusals: string[] = [];
    const heard: ((update: Uint8Array) => void)[] = [];
    const ways: Way[] = [];
    for (let room = 0; room < first + more; room++) {
      const seat = { client_id: `${room}-0`, room_id: `note:${room}` };
      const hear = (update: Uint8Array) => heard[room]?.(update);
      ways.push(await open(server.url, seat, hear, (reason) => refusals.push(reason)));
    }
    const read = async () => {
      await pause(quiet);
      return (await inspector.holdings()).heap;
    };
    /** Resolves when the server has told of what a Yjs client wrote before a clock. */
    const told = (room: number, client: number, clock: number) =>
      new Promise<void>((resolve) => {
        heard[room] = (update) => {
          if (readUpdate(update).runs.some((run) => run.client === client && run.to >= clock)) resolve();
        };
      });
    const write = async (room: number) => {
      const began = told(room, writers.first, 1);
      ways[room]?.send(state, 1);
      await began;
      const client = numberOf(`${room}-0`);
      const ended = told(room, client, keystrokes);
      for (let typed = 1; typed <= keystrokes; typed++) ways[room]?.send(keystroke(client, typed), typed + 1);
      await ended;
    };
    // What comes with the first ones, such as code that V8 compiles once more as it is used, is there before.
    for (let room = 0; room < first; room++) await write(room);
    const before = await read();
    for (let room = first; room < first + more; room++) await write(room);
    const after = await read();
    inspector.close();
    for (const way of ways) way.close();
    if (refusals[0] !== undefined) throw new Error(refusals[0]);
    return (after - before) / more / state.length;
  });
}

/** A text that two wrote, into each other's words, and of which some is gone. */
function written(): Uint8Array {
  const random = new Random(1);
  const docs = [writers.first, writers.second].map((client) => Object.assign(new Y.Doc(), { clientID: client }));
  const [ann = new Y.Doc(), bob = new Y.Doc()] = docs;
  ann.on('update', (update: Uint8Array) => Y.applyUpdate(bob, update));
  bob.on('update', (update: Uint8Array) => Y.applyUpdate(ann, update));
  for (let words = 0; ; words++) {
    const text = random.pick(docs).getText('text');
    const place = random.between(0, text.length);
    for (const [at, letter] of [...'some words '].entries()) text.insert(place + at, letter);
    if (random.oneIn(4)) text.delete(random.between(0, text.length - 5), 5);
    if (words % 100 > 0) continue;
    const state = Y.encodeStateAsUpdate(ann);
    if (state.length >= bytes) return state;
  }
}
