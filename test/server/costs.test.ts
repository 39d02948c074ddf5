import assert from 'node:assert/strict';
import type { Acknowledgement } from '../../shared/events.ts';
import { ask, type Client, connect, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:42';
const length = 100_000;
const maxParts = 2_000;

/** A song of 100,000 letters, someone who writes in it, and someone who is in a room of their own. */
async function song() {
  const server = await startServer();
  const [ann, eve, ben] = await Promise.all(['ann', 'eve', 'ben'].map((sub) => connect(server, { sub })));
  assert.ok(ann && eve && ben);
  for (const client of [ann, eve]) await request(client, 'join_room', { room_id });
  await request(ben, 'join_room', { room_id: 'song:next-door' });
  await request(ann, 'collaboration_operation', { room_id, operation: ['x'.repeat(length)] });
  return { server, ann, eve, ben };
}

/** So many operations, each of so many letters at places of their own. */
async function scatter(client: Client, operations: number, letters: number): Promise<void> {
  const operation = spread(letters);
  await Promise.all(
    Array.from({ length: operations }, () => request(client, 'collaboration_operation', { room_id, operation })),
  );
}

function spread(letters: number): unknown[] {
  return Array.from({ length: letters }, () => [Math.floor(length / (letters + 1)), 'y']).flat();
}

/** How often a client is answered before something else is. */
async function pingsUntil(client: Client, done: Promise<unknown>): Promise<number> {
  let isDone = false;
  done.finally(() => (isDone = true));
  let pings = 0;
  for (; !isDone; pings++) await request(client, 'ping', {});
  return pings;
}

/** What this process takes for something, in microseconds of its processor. */
async function costOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

describe('what costs more than it is long', () => {
  it('a late deletion over many parts, sixty times, costs less than they were to write', async () => {
    const { ann, eve } = await song();
    const written = await costOf(() => scatter(ann, 100, 1_000));
    const deletion = { room_id, operation: [{ d: length }], revision: 1 };
    const deleted = await costOf(() =>
      Promise.all(Array.from({ length: 60 }, () => refused(eve, 'collaboration_operation', deletion, 'conflict'))),
    );
    assert.ok(deleted < written, `${deleted} µs against ${written} µs`);
    const { operations = [] } = await request(ann, 'get_operations', { room_id, since: { epoch: '', revision: 0 } });
    for (const { operation } of operations) assert.ok((operation as unknown[]).length <= maxParts);
  });

  it('a late operation of many parts lets others be answered meanwhile, in its room and in any other', async () => {
    const { ann, eve, ben } = await song();
    await scatter(ann, 400, 40);
    const late = { room_id, operation: spread(900), revision: 1 };
    const answers: Promise<Acknowledgement<'collaboration_operation'>>[] = [];
    for (let time = 0; time < 3; time++) answers.push(ask(eve, 'collaboration_operation', late));
    const [nextDoor, inTheRoom] = await Promise.all([
      pingsUntil(ben, Promise.all(answers)),
      pingsUntil(ann, Promise.all(answers)),
    ]);
    assert.ok(nextDoor >= 15 && inTheRoom >= 15, `${nextDoor} and ${inTheRoom} pings`);
    assert.deepEqual(new Set((await Promise.all(answers)).map(({ ok }) => ok)), new Set([true]));
  });

  it('late operations beyond a user’s share are refused until it is back, and others go on', async () => {
    const { ann, eve } = await song();
    await scatter(ann, 400, 40);
    const late = { room_id, operation: spread(900), revision: 1 };
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await ask(eve, 'collaboration_operation', late);
        return answer.ok ? 'ok' : answer.error.error_code;
      }),
    );
    assert.equal(codes[0], 'ok');
    assert.ok(codes.includes('rate_limited'), codes.join());
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    await request(eve, 'collaboration_operation', { room_id, operation: ['e'] });
  });

  it('a cursor over many parts costs less than four times what one at the head does', async () => {
    const { ann, eve } = await song();
    await scatter(ann, 9, 1_000);
    const move = (revision: number) =>
      request(eve, 'cursor_update', { room_id, position: { anchor: length, head: length }, revision });
    const often = (revision: number) => costOf(() => Promise.all(Array.from({ length: 60 }, () => move(revision))));
    const [late, atHead]: [number[], number[]] = [[], []];
    // By turns, and the least of each: what else the machine does falls on both, and the code is warm at the end.
    for (let round = 0; round < 8; round++) {
      late.push(await often(1));
      atHead.push(await often(10));
    }
    const [over, plain] = [Math.min(...late), Math.min(...atHead)];
    assert.ok(over < 4 * plain, `${over} µs against ${plain} µs`);
  });
});
