import { type ClientEventName, clientEvents } from '../../shared/events.ts';
import type { Random } from './random.ts';

/** Rooms that fuzzed payloads name: one is joined, one is not, and one is open to nobody. */
export const fuzzedRooms = ['song:fuzz', 'song:elsewhere', 'song:locked'];

const names = Object.keys(clientEvents) as ClientEventName[];
const numbers = [0, 1, -1, 0.5, 2, 17, 1e3, 2 ** 31, 2 ** 53, 1e308, -0, 1e-9];
const strings = [
  '',
  ' ',
  'x',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud83d',
  '😀',
  'null',
  '../..',
  'x'.repeat(3000),
];
const keys = [
  'room_id',
  'operation',
  'revision',
  'sequence',
  'client_id',
  'since',
  'position',
  'message',
  'to',
  'token',
  'limit',
  'd',
  'epoch',
  'type',
  'content',
  'anchor',
  'head',
  'is_typing',
  'user_id',
  '__proto__',
  'length',
  'then',
  'toJSON',
];

/** How many attachments Socket.IO reads: who sends more is cut off, and not answered. */
const mostAttachments = 10;

/** An event as a hostile client may send it: nearly right, or quite wrong. */
export function hostileEvent(random: Random): { event: string; payload: unknown } {
  for (;;) {
    const drawn = draw(random);
    if (attachments(drawn.payload) <= mostAttachments) return drawn;
  }
}

function draw(random: Random): { event: string; payload: unknown } {
  if (random.oneIn(30))
    return { event: random.pick([...strings, 'drop_table', 'hasOwnProperty']), payload: anything(random, 3) };
  const event = random.pick(names);
  return { event, payload: random.oneIn(4) ? anything(random, 4) : mutated(random, plausible(random, event)) };
}

/** A payload that the event may well take. */
function plausible(random: Random, event: ClientEventName): Record<string, unknown> {
  const room = { room_id: random.oneIn(6) ? random.pick(fuzzedRooms) : fuzzedRooms[0] };
  const since = { epoch: random.pick(['', 'x']), revision: random.between(0, 40) };
  switch (event) {
    case 'authenticate':
      return { token: random.pick(['eyJh.eyJz.x', 'x', 'Bearer ']) };
    case 'join_room':
      return { ...room, client_id: random.pick(['a', 'b', 'neighbour']), ...(random.oneIn(2) && { since }) };
    case 'collaboration_operation':
      return {
        ...room,
        operation: operation(random),
        revision: random.between(0, 30),
        ...(random.oneIn(3) && { sequence: random.between(1, 50) }),
      };
    case 'get_operations':
      return { ...room, since, limit: random.between(1, 50) };
    case 'cursor_update':
      return { ...room, position: random.pick([null, 3, { anchor: 0, head: 5 }]), revision: random.between(0, 30) };
    case 'typing':
      return { ...room, is_typing: random.oneIn(2) };
    case 'broadcast_message':
      return { ...room, message: anything(random, 2), ...(random.oneIn(3) && { to: random.pick(['eve', 'nobody']) }) };
    default:
      return room;
  }
}

function operation(random: Random): unknown {
  if (random.oneIn(3)) {
    const type = random.pick(['insert', 'delete', 'replace']);
    return { type, position: random.pick(numbers), length: random.pick(numbers), content: random.pick(strings) };
  }
  return Array.from({ length: random.between(0, 5) }, () =>
    random.pick([random.between(1, 9), random.pick(strings), { d: random.between(1, 9) }, random.pick(numbers)]),
  );
}

/** The same, with one field missing, changed, or added. */
function mutated(random: Random, payload: Record<string, unknown>): unknown {
  const key = random.pick([...Object.keys(payload), random.pick(keys)]);
  if (random.oneIn(3)) return payload;
  if (random.oneIn(3)) return Object.fromEntries(Object.entries(payload).filter(([name]) => name !== key));
  return Object.fromEntries([...Object.entries(payload), [key, anything(random, 3)]]);
}

function anything(random: Random, depth: number): unknown {
  const kind = depth === 0 ? random.between(0, 3) : random.between(0, 6);
  if (kind === 0) return random.pick(numbers);
  if (kind === 1) return random.pick(strings);
  if (kind === 2) return random.pick([null, true, false]);
  if (kind === 3) return Buffer.alloc(random.between(0, 64), random.between(0, 255));
  if (kind === 4) return Array.from({ length: random.between(0, 4) }, () => anything(random, depth - 1));
  if (kind === 5) return nested(random.between(1, 200));
  return Object.fromEntries(
    Array.from({ length: random.between(0, 4) }, () => [random.pick(keys), anything(random, depth - 1)]),
  );
}

function attachments(value: unknown): number {
  if (Buffer.isBuffer(value)) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + attachments(part), 0);
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}
