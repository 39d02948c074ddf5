import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.ts';
import { printTable, show, showSpread, spread } from './figures.ts';
import { CpuClock } from './machine.ts';
import type { Scenario } from './scenario.ts';
import { connect, type TuttiSocket, targets } from './targets.ts';

/** Instances that are busy; the one after them is not. */
const busy = 2;
/** Of a busy room: half of them on each busy instance. */
const members = 4;
/** Operations a second of each member, and as many cursors. */
const rate = 2;

/** Milliseconds of CPU a second. */
interface Costs {
  /** Of the quiet instance, while all are. */
  idle: number;
  /** Of the quiet instance, while the others are busy. */
  quiet: number;
  /** Of a busy one. */
  busy: number;
  problems: string[];
}

/** What an instance hears of rooms that others have: next to nothing. */
export const quietScenario: Scenario = {
  name: 'quiet',
  about: 'an instance with quiet rooms, while two others carry 100 busy ones over the same Redis',

  async run({ seconds, repeat, smoke }) {
    const rounds: Costs[] = [];
    for (let round = 0; round < repeat; round++) rounds.push(await measure(smoke ? 5 : 100, seconds));
    const median = (cost: 'idle' | 'quiet' | 'busy') =>
      `${show(spread(rounds.map((costs) => costs[cost])).median)} ms/s`;
    printTable([
      ['', 'idle', 'while others are busy', 'a busy one'],
      ['CPU', median('idle'), median('quiet'), median('busy')],
    ]);
    const above = spread(rounds.map(({ idle, quiet, busy }) => ((quiet - idle) / busy) * 100));
    console.log(`  above idle, in percent of a busy one: ${showSpread(above)}`);
    return { figures: { rounds, above }, problems: rounds.flatMap(({ problems }) => problems) };
  },
};

async function measure(rooms: number, seconds: number): Promise<Costs> {
  const { servers, stop: leave } = await targets['tutti, Redis, 3'].start();
  const clocks = servers.map(({ pid }) => new CpuClock(pid));
  const typists: { socket: TuttiSocket; room_id: string }[] = [];
  const others: TuttiSocket[] = [];
  const problems = new Set(['nothing was delivered']);
  for (let room = 0; room < rooms; room++) {
    for (let member = 0; member < members; member++) {
      const room_id = `song:busy-${room}`;
      typists.push({ socket: await join(servers[member % busy]?.url ?? '', room_id, `${room}-${member}`), room_id });
    }
    others.push(await join(servers[busy]?.url ?? '', `song:quiet-${room}`, `quiet-${room}`));
  }
  for (const { socket } of typists) {
    socket.on('collaboration_update', () => problems.delete('nothing was delivered'));
    socket.on('error', ({ message }) => problems.add(`refused: ${message}`));
  }
  await pause(1_000);
  const idle = await spend(clocks, seconds);
  const stop = type(typists);
  await pause(1_000);
  const spent = await spend(clocks, seconds);
  stop();
  for (const socket of [...typists.map(({ socket }) => socket), ...others]) socket.close();
  await leave();
  return {
    idle: idle[busy] ?? 0,
    quiet: spent[busy] ?? 0,
    busy: spent.slice(0, busy).reduce((sum, cost) => sum + cost / busy, 0),
    problems: [...problems],
  };
}

/** What each process takes in the time to come, in milliseconds of CPU a second. */
async function spend(clocks: CpuClock[], seconds: number): Promise<number[]> {
  const before = clocks.map((clock) => clock.read());
  await pause(seconds * 1_000);
  return clocks.map((clock, index) => (clock.read() - (before[index] ?? 0)) / seconds / 1_000);
}

async function join(url: string, room_id: string, client_id: string): Promise<TuttiSocket> {
  const socket = await connect(url, client_id);
  const joined = await socket.emitWithAck('join_room', { room_id, client_id });
  if (!joined.ok) throw new Error(joined.error.message);
  return socket;
}

/** All write and move, each in a phase of its own. Returns how to stop. */
function type(typists: { socket: TuttiSocket; room_id: string }[]): () => void {
  const random = new Random(1);
  const interval = 1_000 / rate;
  const timers = typists.map(({ socket, room_id }) =>
    setTimeout(() => {
      const once = () => {
        socket.emit('collaboration_operation', { room_id, operation: ['x'] });
        socket.emit('cursor_update', { room_id, position: 0 });
      };
      timers.push(setInterval(once, interval));
    }, random.next() * interval),
  );
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
