import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../../client/index.ts';
import { type ServerProcess, startServer, token } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { until } from '../support/until.ts';
import { percentile, printTable, show, spread } from './figures.ts';
import { onCore } from './machine.ts';
import type { Scenario } from './scenario.ts';
import { type Observer, withoutLimits } from './target.ts';
import { targets } from './targets.ts';

const room_id = 'song:latency';
/** Milliseconds between two keystrokes: at random, so that nothing falls into step with them. */
const pauses = [30, 120] as const;

/** How long a keystroke is on its way to another's screen while little goes on, through our client and a bare relay. */
export const latencyScenario: Scenario = {
  name: 'latency',
  about: 'keystroke to remote screen at low load, with tutti/client, two people',

  async run({ seconds, repeat, smoke }) {
    const count = smoke ? 5 : Math.ceil((seconds * 1_000) / 75);
    const times = { relay: [] as number[], tutti: [] as number[] };
    for (let round = 0; round < repeat; round++) {
      times.relay.push(...(await overRelay(count)));
      times.tutti.push(...(await overTutti(count)));
    }
    printTable([['', 'p50', 'p99'], row('relay', times.relay), row('tutti', times.tutti)]);
    const more = spread(times.tutti).median - spread(times.relay).median;
    console.log(`  p50, tutti − relay: ${show(more)} ms`);
    return { figures: times, problems: [] };
  },
};

async function overRelay(count: number): Promise<number[]> {
  const { servers, stop } = await targets.relay.start();
  const [{ url }] = servers as [ServerProcess];
  let arrived = 0;
  const deaf: Observer = { arrived() {}, moved() {}, refused() {} };
  const ada = await targets.relay.connect(url, { client_id: 'ada', room_id }, deaf);
  const ben = await targets.relay.connect(
    url,
    { client_id: 'ben', room_id },
    { ...deaf, arrived: () => void arrived++ },
  );
  const times = await measure(
    count,
    (index) => ada.type(index),
    () => arrived,
  );
  ada.close();
  ben.close();
  await stop();
  return times;
}

async function overTutti(count: number): Promise<number[]> {
  const server: ServerProcess = await startServer(withoutLimits(), onCore(0));
  const [ada, ben] = ['ada', 'ben'].map((sub) => {
    const client = new Client(server.url, { token: token({ sub, rooms: { 'song:*': 'editor' } }) });
    client.connect();
    return { client, room: client.room(room_id) };
  }) as [{ client: Client; room: ReturnType<Client['room']> }, { client: Client; room: ReturnType<Client['room']> }];
  await until(() => ada.room.state.status === 'joined' && ben.room.state.status === 'joined');
  let arrived = 0;
  ben.room.text.on('change', () => void arrived++);
  const times = await measure(
    count,
    () => ada.room.text.insert(ada.room.text.length, 'x'),
    () => arrived,
  );
  ada.client.disconnect();
  ben.client.disconnect();
  await server.stop();
  return times;
}

/** Types so often, and notes how long it was until each keystroke had arrived. */
async function measure(count: number, type: (index: number) => void, arrived: () => number): Promise<number[]> {
  const random = new Random(1);
  const times: number[] = [];
  for (let index = 1; index <= count; index++) {
    await pause(random.between(...pauses));
    const began = performance.now();
    type(index);
    while (arrived() < index) await pause(0);
    times.push(performance.now() - began);
  }
  return times;
}

function row(name: string, times: number[]): string[] {
  return [name, `${show(spread(times).median)} ms`, `${show(percentile(times, 99))} ms`];
}
