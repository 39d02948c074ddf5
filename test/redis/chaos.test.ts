import { chaos } from '../support/chaos.ts';
import { Random } from '../support/random.ts';

describe('three instances while instances, Redis and connections die', () => {
  it('lose no letter, double none, and agree in the end', async function () {
    this.timeout(120_000);
    await chaos({ random: new Random(), seconds: 12, events: 5, people: 12, rooms: 3 });
  });
});
