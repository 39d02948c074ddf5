import { cleanup } from '../support/cleanup.ts';
import { Random } from '../support/random.ts';
import { YjsHouse } from '../support/yjsHouse.ts';
import { session } from '../support/yjsSession.ts';

describe('five who write a document of Yjs on two instances', function () {
  this.timeout(120_000);

  it('have the same in the end, with nothing lost and all known by whom it is, though one instance is killed', async () => {
    const house = await YjsHouse.open();
    cleanup(() => house.end());
    const random = new Random();
    const sessions = [1, 2, 3].map((each) => session(new Random(random.seed + each), `note:${each}`, house.doors, 40));
    const over = Promise.all(sessions);
    await house.kill(0);
    await house.start(0);
    await over;
  });
});
