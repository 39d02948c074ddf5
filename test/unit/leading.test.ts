import assert from 'node:assert/strict';
import { Telling } from '../../client/web/stage/telling.ts';

/** What a leader tells, and when: looked at as a window does, with what is at the top there from each time on. */
function told(places: readonly [from: number, place: string][], until: number): [at: number, place: string][] {
  const telling = new Telling();
  const messages: [number, string][] = [];
  let due = 0;
  for (let now = 0; now <= until; now += 10) {
    const place = places.findLast(([from]) => from <= now)?.[1] ?? '';
    const before = places.findLast(([from]) => from <= now - 10)?.[1];
    if (place === before && now < due) continue;
    due = telling.move(place, now);
    if (due > now) continue;
    telling.tell(now);
    messages.push([now, place]);
    due = telling.move(place, now);
  }
  return messages;
}

/** Of any minute, the most messages. */
function mostInMinute(messages: readonly [at: number, place: string][]): number {
  return Math.max(...messages.map(([from]) => messages.filter(([at]) => at >= from && at < from + 60_000).length));
}

function lines(count: number, every: number): [number, string][] {
  return Array.from({ length: count }, (_, at) => [at * every, String(at)]);
}

describe('who leads', () => {
  it('tells of a move once, when it is over', () => {
    const turn: [number, string][] = [
      [0, 'first'],
      [5_000, 'passed'],
      [5_100, 'also passed'],
      [5_200, 'second'],
    ];
    const messages = told(turn, 6_000);
    assert.deepEqual(
      messages.filter(([at]) => at > 5_000),
      [[5_350, 'second']],
    );
  });

  it('tells where they are while a move goes on', () => {
    const messages = told(lines(40, 50), 3_000);
    assert.ok(messages.length >= 2, String(messages));
    assert.equal(messages.at(-1)?.[1], '39');
  });

  it('is heard of every few seconds where nothing moves', () => {
    const messages = told([[0, 'first']], 60_000);
    for (const [index, [at]] of messages.entries()) assert.ok(at - (messages[index - 1]?.[0] ?? 0) <= 4_000);
    assert.ok(mostInMinute(messages) <= 20);
  });

  it('sends half of what the server takes in a minute, however fast the song goes, and ends where it is', () => {
    for (const every of [20, 300, 1_000, 2_000, 2_900]) {
      const messages = told(lines(Math.ceil(180_000 / every), every), 190_000);
      assert.ok(mostInMinute(messages) <= 30, `${every} ms a line: ${mostInMinute(messages)}`);
      assert.equal(messages.at(-1)?.[1], String(Math.ceil(180_000 / every) - 1));
    }
  });
});
