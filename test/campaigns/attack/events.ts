import type { ClientEventName } from '../../../shared/events.ts';
import type { Attack } from './attack.ts';
import { tokenOf, write } from './attacker.ts';
import { steadily } from './pace.ts';

const room_id = 'song:eve';
const position = { anchor: 0, head: 1_000_000 };
const letters = 'x'.repeat(262_144);
const names = (of: number) => Array.from({ length: 200 }, (_, index) => `${of}-${index}-${'x'.repeat(110)}`);

/** What of an event costs most to do; its default limit, a second. */
interface Row {
  limit: number;
  costly(count: number): object;
}

/** Every event there is: one that is new does not compile until it has its row. */
const table: Record<ClientEventName, Row> = {
  authenticate: { limit: 2, costly: () => ({ token: tokenOf('eve', { padding: 'x'.repeat(11_000) }) }) },
  join_room: { limit: 2, costly: (count) => ({ room_id, client_id: `c${count}`, since: { epoch: '', revision: 0 } }) },
  leave_room: { limit: 10, costly: () => ({ room_id }) },
  collaboration_operation: {
    limit: 10,
    costly: () => ({ room_id, operation: Array.from({ length: 2_000 }, (_, at) => (at % 2 ? 'x' : 900)), revision: 4 }),
  },
  get_operations: { limit: 2, costly: () => ({ room_id, since: { epoch: '', revision: 0 }, limit: 1_000 }) },
  get_room_state: { limit: 2, costly: () => ({ room_id }) },
  get_history: { limit: 2, costly: () => ({ room_id: 'channel:eve', limit: 200 }) },
  cursor_update: { limit: 30, costly: () => ({ room_id, position, revision: 4 }) },
  typing: { limit: 1, costly: (count) => ({ room_id, is_typing: count % 2 === 0 }) },
  broadcast_message: { limit: 1, costly: () => ({ room_id, message: 'x'.repeat(10_000) }) },
  get_participants: { limit: 2, costly: () => ({ room_id, limit: 200 }) },
  presence_subscribe: { limit: 2, costly: (count) => ({ user_ids: names(count) }) },
  ping: { limit: 10, costly: () => ({}) },
};

/** An event at ten times its limit, in a room with a large song and a log of many parts. */
function tenTimes(event: ClientEventName, kind: string, rate: number, payload: (count: number) => object): Attack {
  return {
    name: `${event}-${kind}`,
    async prepare(attacker) {
      const song = Array.from({ length: 4 }, () => [letters]);
      const parts = Array.from({ length: 100 }, () => Array.from({ length: 2_000 }, (_, at) => (at % 2 ? 'x' : 900)));
      await write(attacker, room_id, [...song, ...parts]);
    },
    async run(attacker, signal) {
      const eve = await attacker.join('eve', room_id);
      await eve.ask('join_room', { room_id: 'channel:eve' });
      await steadily(rate, signal, (count) => eve.emit(event, payload(count)));
    },
  };
}

/** The largest that a packet may be is sent at no more than 10 MB a second. */
const largest = { room_id, padding: 'x'.repeat(500_000) };

export const events: Attack[] = Object.entries(table).flatMap(([name, { limit, costly }]) => {
  const event = name as ClientEventName;
  return [
    tenTimes(event, 'costly', 10 * limit, costly),
    tenTimes(event, 'large', Math.min(20, 10 * limit), (count) => ({ ...costly(count), ...largest })),
  ];
});
