import assert from 'node:assert/strict';
import { yjs } from '../../server/yjs/index.ts';
import type { Trial } from '../../shared/documents/type.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import { Refusal } from '../../shared/refusals.ts';
import { updateOf } from '../support/yjsUpdates.ts';

const people = Array.from({ length: 40 }, (_, at) => at + 2);

/** A document of so many letters of one client, each in an update of its own; and how others write in it. */
function written(letters: number) {
  const { type } = yjs();
  let content = type.create();
  let tried = 0;
  for (let clock = 0; clock < letters; clock++) {
    const operation = toBase64(updateOf(1, clock, [clock > 0 ? { left: [1, clock - 1] } : {}]));
    content = type.apply(content, { operation, client_id: 'ann', user_id: 'ann', timestamp: 0 }, clock + 1);
  }
  const vet = (client: number, left?: readonly [number, number]) => {
    const user = `user ${client}`;
    const take = () => {
      tried += 1;
    };
    const trial: Trial = { room: 'note:1', user, take, charge() {} };
    const operation = toBase64(updateOf(client, 0, [left ? { left } : {}]));
    return type.vet?.(operation, content, { user_id: user, role: 'editor' }, trial);
  };
  return { vet, tried: () => tried };
}

describe('a note of Yjs in which many small updates were not tried yet', () => {
  it('is tried once for all who write meanwhile, and nobody is refused', async () => {
    const { vet, tried } = written(2_100);
    await Promise.all(people.map((client) => vet(client)));
    assert.equal(tried(), 1);
    assert.equal(vet(100), undefined, 'and not again for the next');
  });

  it('is tried again for the others where it was refused with one of them', async () => {
    const { vet, tried } = written(2_100);
    const outcomes = await Promise.allSettled([vet(99, [98, 0]), ...people.map((client) => vet(client))]);
    const [refused, ...others] = outcomes;
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof Refusal);
    assert.ok(others.every(({ status }) => status === 'fulfilled'));
    assert.equal(tried(), 2);
  });

  it('is not tried for a few', () => {
    const { vet } = written(100);
    assert.equal(vet(2), undefined);
  });
});
