import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, memoryStorage } from '../../client/index.ts';
import { type Context, type Events, patience, roomOf, tokenOf } from './visitor.ts';

const songs = 6;
/** How often someone types, in milliseconds. */
const every = 250;

let came = 0;

/** Types with our own client, each a letter of their own, while instances go and come back. All of it must be there. */
export async function restart({ vars }: Context<{ stays: number }>, events: Events): Promise<void> {
  const number = came++;
  const letter = String.fromCodePoint(0x4e00 + number);
  const client = new Client(vars.target, {
    token: tokenOf(randomUUID()),
    storage: memoryStorage(),
    transports: ['websocket'],
  });
  let lostAt = 0;
  client.on('lost', () => (lostAt = performance.now()));
  client.on('restored', () => events.emit('histogram', 'tutti.outage', performance.now() - lostAt));
  const { text, room_id } = client.room(roomOf('song', `restart-${number % songs}`));
  client.connect();

  let typed = 0;
  for (const end = performance.now() + vars.stays * 1000; performance.now() < end; typed++) {
    const sent = performance.now();
    text.insert(Math.floor(Math.random() * (text.length + 1)), letter);
    text.stored().then(() => events.emit('histogram', 'tutti.round_trip', performance.now() - sent));
    await pause(every);
  }
  await text.stored();

  let same = false;
  let content = '';
  for (const end = performance.now() + patience; !same && performance.now() < end; await pause(200)) {
    const state = await client.request('get_room_state', { room_id }).catch(() => undefined);
    content = String(state?.document?.content);
    same = state?.revision === text.since.revision && content === text.text;
  }
  events.emit('counter', 'tutti.expected', typed);
  events.emit('counter', 'tutti.received', content.split(letter).length - 1);
  events.emit('counter', same ? 'tutti.converged' : 'tutti.diverged', 1);
  client.disconnect();
}
