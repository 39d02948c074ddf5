import { toBase64 } from '../../../shared/documents/yjs/base64.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../../shared/events.ts';
import { Random } from '../../support/random.ts';
import { costlyUpdate, mutated } from '../../support/yjsUpdates.ts';
import { withTarget } from '../comparison.ts';
import { percentile, printTable, show } from '../figures.ts';
import type { Effort, Report } from '../scenario.ts';
import { credentials } from '../target.ts';
import { Wire } from '../wire.ts';

/** Kilobytes of updates that hold up whoever applies them: for 3 s, and for 20. */
const sizes = [56, 144];
/** How many send them, each in a room of its own. */
const senders = 4;
/** By how much a ping may be slower, in milliseconds. */
const aim = 50;

type Client = Wire<ServerToClientEvents, ClientToServerEvents>;

/** How long a neighbour's pings take, alone and while some send updates that Yjs takes long over, and such as were mutated on their way. */
export async function measureCostly({ seconds, smoke }: Effort): Promise<Report> {
  return withTarget('tutti, Yjs', {}, async ({ servers: [server] }) => {
    if (!server) throw new Error('there is no server');
    const enter = async (user_id: string, room_id: string): Promise<Client> => {
      const wire: Client = await Wire.open(server.url, credentials(user_id, 'note'));
      await wire.ask('join_room', { room_id, client_id: user_id });
      return wire;
    };
    const neighbour = await enter('ann', 'note:ann');
    await pings(neighbour, seconds);
    const alone = await pings(neighbour, seconds);
    const answers: Record<string, number> = {};
    let isOver = false;
    const sending = Array.from({ length: senders }, async (_, sender) => {
      const room_id = `note:${sender}`;
      const wire = await enter(`eve-${sender}`, room_id);
      const random = new Random(sender + 1);
      const costly = sizes.map((kilobytes) => costlyUpdate(1, (kilobytes * 1024) / 9));
      while (!isOver) {
        const update = random.pick(costly);
        const operation = toBase64(random.oneIn(2) ? update : mutated(update, random));
        const answer = await wire.ask('collaboration_operation', { room_id, operation, revision: 0 });
        const said = answer.ok ? 'taken' : answer.error.error_code;
        answers[said] = (answers[said] ?? 0) + 1;
      }
      wire.close();
    });
    const beside = await pings(neighbour, seconds);
    isOver = true;
    await Promise.all(sending);
    neighbour.close();
    const row = (name: string, all: number[]) => [name, ...[50, 99, 100].map((p) => `${show(percentile(all, p))} ms`)];
    printTable([['a ping', 'p50', 'p99', 'most'], row('alone', alone), row('beside', beside)]);
    console.log(`  what was sent: ${JSON.stringify(answers)}`);
    const more = percentile(beside, 99) - percentile(alone, 99);
    const problems = more <= aim || smoke ? [] : [`a ping's p99 is ${show(more)} ms more beside costly updates`];
    return { figures: { alone: percentile(alone, 99), beside: percentile(beside, 99), answers }, problems };
  });
}

/** One after the other, in milliseconds. */
async function pings(wire: Client, seconds: number): Promise<number[]> {
  const taken: number[] = [];
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; ) {
    const began = performance.now();
    await wire.ask('ping', {});
    taken.push(performance.now() - began);
  }
  return taken;
}
