import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { startServer } from '../support/process.ts';
import { printTable, ratios, show, showSpread, spread } from './figures.ts';
import type { Scenario } from './scenario.ts';
import { withoutLimits } from './target.ts';
import { connect, type TuttiSocket } from './targets.ts';

/** Milliseconds of each join. */
interface Times {
  young: number[];
  old: number[];
}

/** What every room holds, however it came about: two verses. */
const verse = 'la '.repeat(350);
const song = verse + verse;
/** Operations on their way at once while a room is filled. */
const inFlight = 500;

/** Whether joining a room costs more, the more has happened in it. */
export const joinScenario: Scenario = {
  name: 'join',
  about: 'join_room until its answer, where the same text took 100 and 100,000 operations',

  async run({ smoke }) {
    const operations = { other: 100, young: 100, old: smoke ? 1_000 : 100_000 };
    const joins = smoke ? 2 : 30;
    const environment = withoutLimits();
    const warm: Times = { young: [], old: [] };
    const cold: Times = { young: [], old: [] };

    const server = await startServer(environment);
    const writer = await connect(server.url, 'writer');
    for (const [room, count] of Object.entries(operations)) await fill(writer, room, count);
    const visitor = await connect(server.url, 'visitor');
    for (let round = 0; round < joins; round++) await visitBoth(visitor, warm);
    await server.stop();

    for (let round = 0; round < joins; round++) {
      const server = await startServer(environment);
      const visitor = await connect(server.url, 'visitor');
      await visit(visitor, 'other');
      await visitBoth(visitor, cold);
      await server.stop();
    }

    printTable([
      ['', `${operations.young} operations`, `${operations.old} operations`, 'old ÷ young'],
      row('in memory', warm),
      row('after a restart', cold),
    ]);
    return { figures: { operations, warm, cold }, problems: [] };
  },
};

/** Brings a room to the song in so many operations, an even number. Stays in it. */
async function fill(writer: TuttiSocket, room: string, operations: number): Promise<void> {
  const room_id = `song:${room}`;
  const joined = await writer.emitWithAck('join_room', { room_id });
  if (!joined.ok) throw new Error(joined.error.message);
  for (let sent = 0; sent < operations; sent += inFlight) {
    const batch = Array.from({ length: Math.min(inFlight, operations - sent) }, (_, index) => keystroke(sent + index));
    const answers = batch.map((operation) => writer.emitWithAck('collaboration_operation', { room_id, operation }));
    for (const answer of await Promise.all(answers)) if (!answer.ok) throw new Error(answer.error.message);
  }
}

/** First the verses; then, here and there, a character comes and goes. */
function keystroke(index: number): TextOperation {
  if (index < 2) return [verse];
  const at = 1 + ((37 * (index >> 1)) % (song.length - 1));
  return [at, index % 2 === 0 ? 'x' : { d: 1 }];
}

/** Joins both rooms, leaves them, and notes how long joining took. */
async function visitBoth(visitor: TuttiSocket, times: Times): Promise<void> {
  times.young.push(await visit(visitor, 'young'));
  times.old.push(await visit(visitor, 'old'));
}

async function visit(visitor: TuttiSocket, room: string): Promise<number> {
  const room_id = `song:${room}`;
  const began = performance.now();
  const joined = await visitor.emitWithAck('join_room', { room_id });
  const milliseconds = performance.now() - began;
  if (!joined.ok) throw new Error(joined.error.message);
  if (joined.document?.content !== song) throw new Error(`${room_id} has another text than was written`);
  await visitor.emitWithAck('leave_room', { room_id });
  return milliseconds;
}

function row(name: string, { young, old }: Times): string[] {
  return [name, `${show(spread(young).median)} ms`, `${show(spread(old).median)} ms`, showSpread(ratios(old, young))];
}
