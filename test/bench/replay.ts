import { Budget } from '../../server/limits/budget.ts';
import type { Log } from '../../server/logs/log.ts';
import type { Room } from '../../server/rooms/room.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { kinds } from '../support/kinds.ts';
import { Random } from '../support/random.ts';
import { printTable, show, showSpread, spread } from './figures.ts';
import { lyrics } from './lyrics.ts';
import type { Effort, Scenario } from './scenario.ts';
import { withStores } from './stores.ts';

const sizes = { '1 KB': 2 ** 10, '32 KB': 2 ** 15, '1 MB': 2 ** 20 };
/** How many times as fast a short text may be as a long one. */
const most = 3;
/** Keystrokes that are sent together, while as many before them are on their way: what a room appends in one batch. */
const inFlight = 512;
const writer = { client_id: 'ada', user_id: 'ada', role: 'editor' } as const;

/** How fast one writer's keystrokes go through a room and into its log, however long the text is. */
export const replayScenario: Scenario = {
  name: 'replay',
  about: `operations a second through document and log, by store and length; fails where lengths differ ${most} times`,

  async run(effort) {
    const measured = await withStores(effort.repeat, (log) => measure(log, effort));
    const flatness = measured.map(([store, all]) => [store, spread(all.map(slowdown))] as const);
    const rows = measured.map(([store, all], index) => [
      store,
      ...Object.keys(sizes).map((_, size) => `${show(spread(all.map((speeds) => speeds[size] ?? 0)).median)}/s`),
      ...flatness.slice(index, index + 1).map(([, ratio]) => showSpread(ratio)),
    ]);
    printTable([['', ...Object.keys(sizes), 'fastest ÷ slowest'], ...rows]);
    const steep = effort.smoke ? [] : flatness.filter(([, { median }]) => median > most);
    return {
      figures: { sizes, measured: Object.fromEntries(measured), slowdown: Object.fromEntries(flatness) },
      problems: steep.map(([store, { median }]) => `${store}: one length is ${show(median)} times as fast as another`),
    };
  },
};

function slowdown(speeds: number[]): number {
  return Math.max(...speeds) / Math.min(...speeds);
}

/** Operations a second, by length. */
async function measure(log: Log, { seconds }: Effort): Promise<number[]> {
  const rooms = new Rooms({
    kinds,
    log,
    now: Date.now,
    budget: new Budget(),
    consume: () => undefined,
    operationLimits: { max_operation_bytes: 2 ** 21, max_operation_parts: 2 },
    max_document_bytes: 2 ** 22,
    max_message_bytes: 2 ** 21,
    max_participants: 1,
    onAppended() {},
    onSent() {},
    onError(error) {
      throw error;
    },
  });
  const speeds: number[] = [];
  for (const [name, bytes] of Object.entries(sizes)) {
    const room = await rooms.open('', `song:${name}`);
    speeds.push(await typeInto(room, lyrics(bytes), seconds / 4));
  }
  await rooms.close();
  return speeds;
}

/** Types and deletes anywhere, while the text stays about as long as it is. Returns operations a second, once warm. */
async function typeInto(room: Room, song: string, seconds: number): Promise<number> {
  const random = new Random(1);
  const length = [...song].length;
  await room.append({ operation: [song] }, () => writer);
  let revision = 1;
  let points = length;
  const keystroke = () => {
    const inserts = random.between(-100, 100) > points - length;
    const operation = [random.between(1, points - 1), inserts ? 'x' : { d: 1 }];
    points += inserts ? 1 : -1;
    return room.append({ operation, revision: revision++ }, () => writer);
  };
  const type = async (seconds: number) => {
    const began = performance.now();
    let [count, before]: [number, Promise<unknown>] = [0, Promise.resolve()];
    for (; performance.now() - began < seconds * 1000; count += inFlight) {
      const batch = Promise.all(Array.from({ length: inFlight }, keystroke));
      await before;
      before = batch;
    }
    await before;
    return (count / (performance.now() - began)) * 1000;
  };
  await type(seconds / 3);
  return type(seconds);
}
