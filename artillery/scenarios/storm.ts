import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Context, connect, type Events, roomOf } from './visitor.ts';

/** How many songs they join, and how long each stays, in milliseconds. */
const songs = 50;
const stays = 5_000;

/** Connects, joins one of many songs, and is still answered after a while. */
export async function storm({ vars }: Context, events: Events): Promise<void> {
  events.emit('counter', 'tutti.expected', 1);
  const began = performance.now();
  const client = await connect(vars.target);
  const connected = performance.now();
  events.emit('histogram', 'tutti.connect', connected - began);
  await ask(client, 'join_room', { room_id: roomOf('song', `storm-${randomInt(songs)}`) });
  events.emit('histogram', 'tutti.join', performance.now() - connected);
  await pause(stays);
  const sent = performance.now();
  await ask(client, 'ping', {});
  events.emit('histogram', 'tutti.round_trip', performance.now() - sent);
  events.emit('counter', 'tutti.received', 1);
  client.disconnect();
}
