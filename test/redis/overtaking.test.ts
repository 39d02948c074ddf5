import assert from 'node:assert/strict';
import { Impatient, notOnce } from '../support/impatient.ts';
import { shareRedis } from '../support/instances.ts';
import { ask, connect, member, request } from '../support/server.ts';
import { until } from '../support/until.ts';

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

  it('takes a sequence once, by whichever of two that came at once under one client_id', async () => {
    const [here, there] = await shared.pair();
    // One takes over from the other, or, where they came in the same millisecond, both stay.
    const both = await Promise.all(
      [here, there].map((server) => member(server, { sub: 'ada' }, { room_id, client_id: 'a' })),
    );
    const reader = await member(here, { sub: 'ben' }, { room_id });
    for (let sequence = 1; sequence <= 20; sequence++) {
      const answers = await Promise.all(
        both.map((client, index) => {
          const operation = [`<${index}.${sequence}>`];
          return ask(client, 'collaboration_operation', { room_id, operation, sequence });
        }),
      );
      const outcomes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.error_code));
      assert.equal(outcomes.filter((outcome) => outcome === 'ok').length, 1, outcomes.join());
      assert.ok(
        outcomes.every((outcome) => ['ok', 'conflict', 'not_found'].includes(outcome)),
        outcomes.join(),
      );
      const committed = Math.max(...answers.map((answer) => (answer.ok ? answer.revision : 0)));
      const text = await textAt(reader, committed);
      assert.deepEqual(
        [0, 1].map((index) => text.includes(`<${index}.${sequence}>`)),
        answers.map(({ ok }) => ok),
      );
    }
  });
});

async function textOf(client: Parameters<typeof request>[0]): Promise<string> {
  return String((await request(client, 'get_room_state', { room_id })).document?.content);
}

/** The text when it has heard of a revision. */
function textAt(client: Parameters<typeof request>[0], revision: number): Promise<string> {
  return until(async () => {
    const state = await request(client, 'get_room_state', { room_id });
    return state.revision >= revision && String(state.document?.content);
  });
}
