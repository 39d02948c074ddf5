import { Random } from '../support/random.ts';
import { YjsStory } from '../support/yjsStory.ts';

const runs = Number(process.env.RUNS ?? 40);

describe('people who write one document of Yjs', () => {
  it('all have the same in the end, whatever was lost, loaded again or put back', () => {
    const first = Number(process.env.SEED ?? 1);
    for (let seed = first; seed < first + (process.env.SEED ? 1 : runs); seed++) {
      const random = new Random(seed);
      random.tell(() => {
        const story = new YjsStory('ann', 'bob', 'cid', 'dan', 'eve');
        for (let step = 0; step < 200; step++) story.step(random);
        story.settle();
        story.check();
      });
    }
  });
});
