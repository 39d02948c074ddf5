import assert from 'node:assert/strict';
import { Impatient, notOnce } from '../support/impatient.ts';
import { shareRedis } from '../support/instances.ts';
import { ask, caughtUp, collect, connect, member, request } from '../support/server.ts';

const room_id = 'song:1';

describe('a join on one of two instances', () => {
  const shared = shareRedis();

  it('with an operation on its way on the same one, loses nothing and doubles nothing: 20 of 20', async () => {
    const [here] = await shared.pair();
    const ada = new Impatient(room_id, 'a');
    const one = await connect(here, { sub: 'ada' });
    for (let round = 0; round < 20; round++) await ada.write(one, one);
    const reader = await member(here, { sub: 'eve' }, { room_id });
    assert.deepEqual(notOnce(await textOf(reader), ada.acknowledged), []);
  });

  it('with an operation on its way on the other one, loses nothing and doubles nothing: 20 of 20', async () => {
    const [here, there] = await shared.pair();
    const ada = new Impatient(room_id, 'a');
    const [one, other] = [await connect(here, { sub: 'ada' }), await connect(there, { sub: 'ada' })];
    for (let round = 0; round < 20; round++) await ada.write(one, other, true);
    // Where it was acknowledged: the other one may hear of it later.
    const reader = await member(there, { sub: 'eve' }, { room_id });
    assert.deepEqual(notOnce(await textOf(reader), ada.acknowledged), []);
  });

  it('leaves two that both hold a client_id, as their clocks differ: the log takes a sequence once', async () => {
    const [here, there] = await shared.pair();
    const one = await member(here, { sub: 'ada' }, { room_id, client_id: 'a' });
    const removed = collect(one, 'room_removed');
    const other = await behind(3_000, () => member(there, { sub: 'ada' }, { room_id, client_id: 'a' }));
    for (let sequence = 1; sequence <= 20; sequence++) {
      const answers = await Promise.all(
        [one, other].map((client, index) => {
          const operation = [`<${index}.${sequence}>`];
          return ask(client, 'collaboration_operation', { room_id, operation, sequence });
        }),
      );
      const outcomes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.error_code));
      assert.deepEqual([...outcomes].sort(), ['conflict', 'ok']);
      const text = await textOf(one);
      assert.deepEqual(
        [0, 1].map((index) => text.includes(`<${index}.${sequence}>`)),
        answers.map(({ ok }) => ok),
      );
    }
    await caughtUp(one);
    assert.deepEqual(removed, [], 'both hold it');
  });
});

/** Does something while this process's clock is behind by so many milliseconds. */
async function behind<Result>(milliseconds: number, action: () => Promise<Result>): Promise<Result> {
  const { now } = Date;
  Date.now = () => now() - milliseconds;
  try {
    return await action();
  } finally {
    Date.now = now;
  }
}

async function textOf(client: Parameters<typeof request>[0]): Promise<string> {
  return String((await request(client, 'get_room_state', { room_id })).document?.content);
}
