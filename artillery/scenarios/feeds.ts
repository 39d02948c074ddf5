import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inboxOf } from '../../server/access/inboxes.ts';
import { Guest } from './guest.ts';
import { type Context, type Events, patience, roomOf, tokenOf } from './visitor.ts';

const projects = 6;
/** How often someone writes or a service has news, in milliseconds. */
const every = 500;

let came = 0;

/** Writes messages in a project; a service has news for it too, and for the writer's inbox. */
export async function feeds({ vars }: Context<{ stays: number }>, events: Events): Promise<void> {
  const guest = await Guest.join(vars.target, events, roomOf('project', `${came++ % projects}`));
  const { client, room_id, user_id } = guest;
  /** When what goes to the inbox was sent. */
  const sentAt = new Map<string, number>();
  let told = 0;
  client.on('collaboration_update', ({ room_id, operations }) => {
    if (room_id !== inboxOf(user_id)) return;
    told += operations.length;
    for (const { operation } of operations) {
      const { data: id } = operation as { data: string };
      events.emit('histogram', 'tutti.inbox', performance.now() - (sentAt.get(id) ?? 0));
    }
  });
  const token = tokenOf('service', 'publish');
  const publish = async (address: { room_id: string } | { user_id: string }) => {
    const id = randomUUID();
    const sent = performance.now();
    if ('user_id' in address) sentAt.set(id, sent);
    const response = await fetch(`${vars.target}/api/v1/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...address, type: 'load.told', data: id, id }),
    });
    if (!response.ok) throw new Error(`publishing was answered with ${response.status}`);
    events.emit('histogram', 'tutti.publish', performance.now() - sent);
  };

  const ends = performance.now() + vars.stays * 1000;
  for (let turn = 0; performance.now() < ends; turn++) {
    const next = pause(every);
    if (turn % 3 === 0) await publish({ room_id });
    else if (turn % 3 === 1) await publish({ user_id });
    else await guest.commit({ type: 'message.new', text: `la ${turn}` });
    await next;
  }
  const expected = sentAt.size;
  for (let waited = 0; told < expected && waited < patience; waited += 20) await pause(20);
  events.emit('counter', 'tutti.expected', expected);
  events.emit('counter', 'tutti.received', told);
  await guest.leave();
}
