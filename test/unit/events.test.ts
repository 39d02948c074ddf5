import assert from 'node:assert/strict';
import { z } from 'zod';
import { eventIdOf, parseEventId } from '../../shared/documents/eventId.ts';
import { defineEvents, type StandardSchema } from '../../shared/index.ts';
import { type EventsPerson, EventsStory } from '../support/eventsStory.ts';
import { Random } from '../support/random.ts';

const runs = Number(process.env.RUNS ?? 300);

/** Fails where something was heard twice, or out of order, or missed without a word. */
function checkHeard({ name, heard }: EventsPerson, { epoch, revision }: EventsStory): void {
  let last: { epoch: string; revision: number; index: number } | undefined;
  let missed: number | undefined = 0;
  for (const event of heard) {
    if ('missed' in event) {
      missed = event.missed === undefined || missed === undefined ? undefined : missed + event.missed;
      continue;
    }
    const isNext =
      last === undefined ||
      missed === undefined ||
      (event.epoch === last.epoch &&
        (event.revision === last.revision + missed + 1
          ? event.index === 0
          : event.revision === last.revision && event.index === last.index + 1));
    assert.ok(isNext, `${name} heard ${JSON.stringify(event)} after ${JSON.stringify(last)}, ${missed} missed`);
    last = event;
    missed = 0;
  }
  if (last && missed !== undefined) assert.deepEqual([last.epoch, last.revision + missed], [epoch, revision], name);
}

describe('events on a bad network', () => {
  for (const rewinds of [false, true])
    it(`are heard once and in order, or a gap is${rewinds ? ', also where the log comes back as it was before' : ', and each is in the log once'}`, () => {
      let heard = 0;
      let gaps = 0;
      for (let run = 0; run < runs; run++) {
        const random = new Random(rewinds ? run : 1_000_000 + run);
        const story = new EventsStory(random, ['ann', 'ben', 'cid']);
        for (let step = 0; step < 250; step++) story.step(rewinds);
        story.settle();
        try {
          for (const person of story.people) {
            checkHeard(person, story);
            heard += person.heard.length;
            gaps += person.heard.filter((event) => 'missed' in event).length;
            if (rewinds) continue;
            const own = story.counted.filter((event) => String(event).startsWith(person.name));
            assert.deepEqual(
              own,
              Array.from({ length: person.counted }, (_, index) => `${person.name} ${index + 1}`),
            );
          }
        } catch (error) {
          throw new Error(`fails with seed ${random.seed}`, { cause: error });
        }
      }
      assert.ok(heard > 30 * runs && gaps > runs / 10, `${heard} heard, ${gaps} gaps: why so few?`);
    });
});

describe('the id of an event', () => {
  it('is read as it was made, whatever is in the epoch', () => {
    for (const place of [
      { epoch: 'Zr3c', revision: 1, index: 0 },
      { epoch: '-a-7_', revision: 12_345, index: 3 },
    ])
      assert.deepEqual(parseEventId(eventIdOf(place)), place);
    for (const id of ['', '7', 'a-', 'a-x', 'a-1.', 'a b-1']) assert.equal(parseEventId(id), undefined, id);
  });
});

describe('the schema of an event', () => {
  const limits = { max_operation_bytes: 10_240, max_operation_parts: 100 };
  const decode = (schema: StandardSchema, data: unknown) =>
    defineEvents({ it: { schema, durable: true } }).decode({ type: 'it', data }, limits);

  it('gives what goes into the log, as JSON', () => {
    const schema = z.object({
      a: z
        .string()
        .optional()
        .transform((a) => a?.trim()),
      b: z.number().default(1),
    });
    assert.deepEqual(decode(schema, { a: ' a ', c: 3 }), [{ type: 'it', data: { a: 'a', b: 1 } }]);
    assert.deepEqual(decode(schema, {}), [{ type: 'it', data: { b: 1 } }]);
    assert.deepEqual(decode(z.undefined(), undefined), [{ type: 'it' }]);
    assert.throws(() => decode(z.coerce.date(), '2026-01-01'), { error_code: 'bad_request', message: /expected JSON/ });
  });

  it('answers at once, and says at most three things', () => {
    assert.throws(
      () =>
        decode(
          z.string().refine(async () => true),
          'a',
        ),
      TypeError,
    );
    const strings = z.array(z.string());
    assert.throws(() => decode(strings, [1, 2, 3, 4, 5]), {
      error_code: 'bad_request',
      message: /^operation\.data\.0: .*; and 2 more$/,
    });
  });
});
