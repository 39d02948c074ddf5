import assert from 'node:assert/strict';
import { board, sharedBoard, sharedText } from '../../client/board.ts';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { shareRedis } from '../support/instances.ts';
import { tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

interface Plan {
  title: string;
  shapes: { x: number }[];
  note: string;
}

const plans = sharedBoard<Plan>('plan');

describe('a board on two instances', () => {
  const { pair } = shareRedis();

  it('is one, shows what is done at once, and does after a reload what was not sent', async () => {
    const [one, other] = await pair({ kinds: { plan: { type: board } } });
    const storage = memoryStorage();
    const visit = (url: string, sub: string) => {
      const client = new Client(url, { token: tokenFor({ sub }), documents: [plans], storage });
      client.connect();
      cleanup(() => client.disconnect());
      const room = client.room('plan:1');
      return { client, room, plan: room.document(plans) };
    };
    const [ann, ben] = [visit(one.url, 'ann'), visit(other.url, 'ben')];
    await until(() => [ann, ben].every(({ plan }) => plan.status.state === 'synchronized'));
    const made = ann.plan.update([], { title: 'Plan', shapes: [], note: sharedText('Hello') });
    assert.equal(ann.plan.value.title, 'Plan', 'at once');
    await made;
    await until(() => ben.plan.value.title === 'Plan');
    const id = ben.plan.insert(['shapes'], { x: 0 });
    for (let x = 1; x <= 60; x++) ben.plan.set(['shapes', id, 'x'], x);
    ann.plan.write(['note'], 5, ', you');
    await until(() => ann.plan.value.shapes[0]?.x === 60 && ben.plan.value.note === 'Hello, you');
    ben.room.setCursor<{ selected: string[] }>({ selected: [id] });
    await until(() => ann.plan.otherCursors.length === 1);

    ben.plan.set(['title'], 'Late');
    await ben.room.leave();
    ben.client.disconnect();
    const again = visit(other.url, 'ben');
    await until(() => again.plan.status.state === 'synchronized' && !again.client.hasUnsent);
    await until(() => ann.plan.value.title === 'Late');
    assert.deepEqual(again.plan.value, ann.plan.value);
  });
});
