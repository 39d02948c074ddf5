import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { io, type Socket } from 'socket.io-client';
import type { Acknowledgement, Answer, ClientEventName, Payload, ServerToClientEvents } from '../shared/events.ts';

/** What Artillery gives to a virtual user. */
interface Context {
  vars: { target: string };
}

/** How a virtual user reports its metrics. README.md says what each of them is. */
interface Events {
  emit(kind: 'histogram' | 'counter', name: `tutti.${string}`, value: number): void;
}

type Client = Socket<ServerToClientEvents>;

/** How long a typist stays, and how often it types, in milliseconds. */
const typing = { stays: 20_000, every: 200 };
/** How long someone of the storm stays, in milliseconds. */
const stormStays = 5_000;
/** How long an answer, or news, may take, in milliseconds. */
const patience = 10_000;

/** Types into the one song, and counts the entries that reach it of those that should. */
export async function busySong({ vars }: Context, events: Events): Promise<void> {
  const client = await connect(vars.target);
  const room_id = 'song:busy';
  let received = 0;
  // The answer to the join precedes all of these.
  client.on('collaboration_update', ({ operations }) => (received += operations.length));
  const { revision: first } = await ask(client, 'join_room', { room_id });
  const end = performance.now() + typing.stays;
  for (let sequence = 1; performance.now() < end; sequence++) {
    const sent = performance.now();
    await ask(client, 'collaboration_operation', { room_id, operation: ['x'], sequence });
    const roundTrip = performance.now() - sent;
    events.emit('histogram', 'tutti.round_trip', roundTrip);
    await pause(Math.max(0, typing.every - roundTrip));
  }
  const { revision: last } = await ask(client, 'get_room_state', { room_id });
  const expected = last - first;
  for (let waited = 0; received < expected && waited < patience; waited += 10) await pause(10);
  events.emit('counter', 'tutti.expected', expected);
  events.emit('counter', 'tutti.received', Math.min(received, expected));
  client.disconnect();
}

/** Connects, joins one of many songs, and is still answered after a while. */
export async function storm({ vars }: Context, events: Events): Promise<void> {
  events.emit('counter', 'tutti.expected', 1);
  const began = performance.now();
  const client = await connect(vars.target);
  const connected = performance.now();
  events.emit('histogram', 'tutti.connect', connected - began);
  await ask(client, 'join_room', { room_id: `song:storm${randomInt(50)}` });
  events.emit('histogram', 'tutti.join', performance.now() - connected);
  await pause(stormStays);
  const sent = performance.now();
  await ask(client, 'ping', {});
  events.emit('histogram', 'tutti.round_trip', performance.now() - sent);
  events.emit('counter', 'tutti.received', 1);
  client.disconnect();
}

/** Someone new, with a token of their own. */
function connect(target: string): Promise<Client> {
  const token = jwt.sign({ sub: randomUUID(), rooms: { 'song:*': 'editor' } }, process.env.JWT_SECRET ?? '');
  const client: Client = io(target, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  return new Promise((resolve, reject) => {
    client.once('connected', () => resolve(client));
    client.once('connect_error', reject);
  });
}

async function ask<E extends ClientEventName>(client: Client, event: E, payload: Payload<E>): Promise<Answer<E>> {
  const sender = client.timeout(patience) as unknown as Pick<Socket, 'emitWithAck'>;
  const answer: Acknowledgement<E> = await sender.emitWithAck(event, payload);
  if (!answer.ok) throw new Error(answer.error.error_code);
  return answer;
}
