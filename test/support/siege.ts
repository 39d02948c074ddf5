import assert from 'node:assert/strict';
import { hostileEvent } from './fuzz.ts';
import type { Random } from './random.ts';
import { type Client, connect, next, request } from './server.ts';
import { timeLeft } from './until.ts';

/** How many payloads one connection sends before another takes over. */
const perConnection = 500;
/** How many are on their way at once. */
const atOnce = 20;

/** Sends so many hostile events, each with a callback: every one is answered, whatever it is, and nothing else happens. */
export async function besiege(server: { url: string }, count: number, random: Random): Promise<void> {
  const eve = await connect(server, { sub: 'eve', rooms: { 'song:fuzz': 'editor', 'song:elsewhere': 'viewer' } });
  for (let sent = 0; sent < count; sent += perConnection) {
    await request(eve, 'join_room', { room_id: 'song:fuzz' });
    for (let part = 0; part < Math.min(perConnection, count - sent); part += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, () => attack(eve, random)));
    }
    eve.disconnect().connect();
    await next(eve, 'connected');
  }
}

async function attack(eve: Client, random: Random): Promise<void> {
  const { event, payload } = hostileEvent(random);
  try {
    const answer = await (
      eve.timeout(timeLeft()).emitWithAck as (event: string, payload: unknown) => Promise<{ ok: boolean }>
    )(event, payload);
    assert.equal(typeof answer.ok, 'boolean');
    assert.notEqual((answer as { error?: { error_code?: string } }).error?.error_code, 'internal');
  } catch (error) {
    throw new Error(`${event} ${JSON.stringify(payload)?.slice(0, 500)} with SEED=${random.seed}: ${error}`);
  }
}

/** Milliseconds below which 99 of 100 edits in the room next door are answered. */
export async function p99NextDoor(ada: Client, edits: number): Promise<number> {
  const times: number[] = [];
  for (let edit = 0; edit < edits; edit++) {
    const began = performance.now();
    await request(ada, 'collaboration_operation', { room_id: 'song:next-door', operation: ['x'] });
    times.push(performance.now() - began);
  }
  return times.sort((one, other) => one - other)[Math.floor(edits * 0.99)] ?? 0;
}
