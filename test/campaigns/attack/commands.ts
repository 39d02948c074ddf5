import type { Attack } from './attack.ts';
import { host, viewer, write } from './attacker.ts';
import { steadily } from './pace.ts';

const session = 'session:eve';
const feed = 'channel:eve';
const setlist = 'setlist:eve';
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

/** A board of six objects with 8,000 fields each, and a text of 2,000 runs. */
const wide = () => [
  ...Array.from({ length: 6 }, (_, at) => [
    {
      type: 'set',
      path: [`o${at}`],
      node: { fields: Object.fromEntries(Array.from({ length: 8_000 }, (_, field) => [`f${field}`, { value: at }])) },
    },
  ]),
  [
    {
      type: 'set',
      path: ['text'],
      node: { runs: Array.from({ length: 2_000 }, (_, at) => ({ id: `r${at}`, from: 0, text: 'x' })) },
    },
  ],
];

/** Attacks on documents of each type that rooms hold, those for an application's own kinds too; a test compares them with those. */
export const byType: Record<string, readonly string[]> = {
  text: ['late-deletion', 'many-parts', 'bytes'],
  session: ['votes-in-a-full-queue', 'scores-of-2000-teams', 'session-state', 'seeks'],
  feed: ['messages', 'edits-of-one-message', 'deletions', 'reactions', 'read-marks', 'history-over-edits'],
  board: [
    'fields-of-a-wide-board',
    'commands-of-a-wide-board',
    'writes-in-a-board',
    'joins-of-a-wide-board',
    'joins-of-a-board-in-use',
  ],
  yjs: [
    'yjs-costly',
    'yjs-detours',
    'yjs-clients',
    'yjs-deletions',
    'yjs-nested',
    'yjs-deep',
    'yjs-joins',
    'yjs-awareness',
  ],
  events: ['events-large', 'events-many', 'events-slow-to-check', 'events-unstored', 'events-far-back'],
};

export const commandAttacks: Attack[] = [
  commands('fields-of-a-wide-board', setlist, wide, (count) => [
    { type: 'set', path: [`o${count % 6}`, 'f1'], node: { value: count } },
  ]),
  commands('commands-of-a-wide-board', setlist, wide, (count) =>
    Array.from({ length: 2_000 }, (_, at) => ({
      type: 'set',
      path: [`o${at % 6}`, `f${(count * 7 + at) % 8_000}`],
      node: { value: count },
    })),
  ),
  commands('writes-in-a-board', setlist, wide, (count) =>
    Array.from({ length: 100 }, (_, at) => ({
      type: 'write',
      path: ['text'],
      after: ['r1999', 0],
      id: `w${count}-${at}`,
      from: 0,
      text: 'y',
    })),
  ),
  {
    name: 'joins-of-a-wide-board',
    prepare: (attacker) => write(attacker, setlist, wide()),
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, index) => attacker.enter(`eve-${index}`, viewer)));
      await steadily(60, signal, (count) => users[count % 10]?.ask('join_room', { room_id: setlist }));
    },
  },
  {
    name: 'joins-of-a-board-in-use',
    prepare: (attacker) => write(attacker, setlist, wide()),
    async run(attacker, signal) {
      const eve = await attacker.join('eve', setlist, host);
      const users = await Promise.all(Array.from({ length: 20 }, (_, index) => attacker.enter(`eve-${index}`, viewer)));
      await Promise.all([
        steadily(10, signal, (count) => {
          const operation = [{ type: 'set', path: [`o${count % 6}`, 'f1'], node: { value: count } }];
          eve.emit('collaboration_operation', { room_id: setlist, operation });
        }),
        steadily(40, signal, (count) => users[count % 20]?.ask('join_room', { room_id: setlist })),
      ]);
    },
  },
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
