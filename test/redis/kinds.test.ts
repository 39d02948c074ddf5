import assert from 'node:assert/strict';
import { memoryStorage } from '../../client/index.ts';
import { runExample, voter } from '../support/docPages.ts';
import { shareRedis } from '../support/instances.ts';
import { until } from '../support/until.ts';

describe('a kind of room that an application makes, on two instances', () => {
  const { pair } = shareRedis();

  it('is one room, and what was on its way is counted once after a reload', async () => {
    const { poll, polls } = await runExample();
    const [one, other] = await pair({ kinds: { poll: { type: poll } } });
    const storage = memoryStorage();
    const visit = (url: string, sub: string) => voter({ url }, polls, sub, storage);
    const [ann, ben] = [visit(one.url, 'ann'), visit(other.url, 'ben')];
    await ann.lunch.vote('soup');
    await ben.lunch.vote('soup');
    await until(() => ann.lunch.content.length === 2 && ben.lunch.content.length === 2);
    assert.deepEqual(ann.lunch.content, ben.lunch.content);

    const late = ben.lunch.vote('salad');
    const left = ben.room.leave();
    await Promise.allSettled([late, left]);
    ben.client.disconnect();
    const again = visit(other.url, 'ben');
    await until(() => again.lunch.status.state === 'synchronized' && !again.client.hasUnsent);
    const third = visit(one.url, 'eve');
    await until(() => third.lunch.status.state === 'synchronized');
    for (const { lunch } of [again, third])
      assert.deepEqual(lunch.content, [
        { user_id: 'ann', option: 'soup' },
        { user_id: 'ben', option: 'salad' },
      ]);
  });
});
