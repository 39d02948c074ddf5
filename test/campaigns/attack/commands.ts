import type { Attack } from './attack.ts';
import { host, viewer, write } from './attacker.ts';
import { steadily } from './pace.ts';

const session = 'session:eve';
const feed = 'channel:eve';
const text = 'x'.repeat(9_000);

/** Commands of ten hosts to a room that holds as much as it can: two each second and more than that. */
function commands(name: string, room_id: string, filled: () => unknown[], command: (count: number) => object): Attack {
  return {
    name,
    prepare: (attacker) => write(attacker, room_id, filled()),
    async run(attacker, signal) {
      const users = await Promise.all(
        Array.from({ length: 10 }, (_, index) => attacker.join(`eve-${index}`, room_id, host)),
      );
      await steadily(100, signal, (count) =>
        users[count % users.length]?.emit('collaboration_operation', { room_id, operation: command(count) }),
      );
    },
  };
}

const queue = () =>
  Array.from({ length: 200 }, (_, index) => ({
    type: 'queue_track',
    track_id: `${'t'.repeat(120)}${index}`,
    title: 'x'.repeat(256),
    duration_ms: 1_000,
  }));
const scores = () =>
  Array.from({ length: 2_000 }, (_, index) => ({ type: 'score_update', team: `${'t'.repeat(120)}${index}`, delta: 1 }));
const news = (count: number) => Array.from({ length: count }, () => ({ type: 'message.new', text }));
const edits = (count: number, message_id: string) =>
  Array.from({ length: count }, () => ({ type: 'message.edited', message_id, text }));

export const commandAttacks: Attack[] = [
  commands('votes-in-a-full-queue', session, queue, (count) => ({
    type: 'vote_track',
    track_id: `${'t'.repeat(120)}${count % 200}`,
    vote: Math.floor(count / 200) % 2,
  })),
  commands('scores-of-2000-teams', session, scores, (count) => ({
    type: 'score_update',
    team: `${'t'.repeat(120)}${count % 2_000}`,
    delta: 1,
  })),
  commands(
    'session-state',
    session,
    () => [...queue(), ...scores()],
    (count) => ({ type: 'session_update', state: { [`k${count % 6}`]: text } }),
  ),
  commands(
    'seeks',
    session,
    () => [...queue(), { type: 'playback_control', action: 'play' }],
    (count) => ({ type: 'playback_control', action: 'seek', position_ms: count % 500 }),
  ),
  commands(
    'messages',
    feed,
    () => news(200),
    () => ({ type: 'message.new', text }),
  ),
  commands(
    'edits-of-one-message',
    feed,
    () => news(200),
    () => ({ type: 'message.edited', message_id: '200', text }),
  ),
  commands(
    'deletions',
    feed,
    () => news(200),
    (count) =>
      count % 2
        ? { type: 'message.new', text }
        : { type: 'message.deleted', message_id: String(1 + (Math.floor(count / 2) % 400)) },
  ),
  commands(
    'reactions',
    feed,
    () => news(200),
    (count) => ({
      type: 'message.reaction',
      message_id: String(1 + (count % 200)),
      reaction: `${'r'.repeat(50)}${count % 20}`,
      on: Math.floor(count / 200) % 2 === 0,
    }),
  ),
  commands(
    'read-marks',
    feed,
    () => news(200),
    (count) => ({ type: 'message.read', message_id: String(1 + (count % 200)) }),
  ),
  {
    name: 'history-over-edits',
    prepare: (attacker) => write(attacker, feed, [...news(1), ...edits(1_500, '1'), ...news(200)]),
    async run(attacker, signal) {
      const eve = await attacker.join('eve', feed, viewer);
      await steadily(20, signal, () => eve.ask('get_history', { room_id: feed, limit: 200 }));
    },
  },
  {
    name: 'joins-of-a-large-feed',
    prepare: (attacker) => write(attacker, feed, news(200)),
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`, viewer)));
      await steadily(60, signal, (count) => users[count % 10]?.ask('join_room', { room_id: feed }));
    },
  },
];
