import { type Client, connect, memoryStorage, type Room } from '../../../client/index.ts';
import { kindOf, type RoomId } from '../../../shared/rooms.ts';
import type { ServerPlace } from '../place.ts';

/** John Newton, 1779. */
const lines = [
  '{title: Amazing Grace}',
  'A[G]mazing grace, how [C]sweet the [G]sound,',
  'That saved a wretch like [D]me!',
  'I [G]once was lost, but [C]now am [G]found,',
  'Was blind, but [D]now I [G]see. 🎶',
  '’Twas [G]grace that taught my [C]heart to [G]fear,',
  'And grace my fears re[D]lieved;',
  'How [G]precious did that [C]grace ap[G]pear',
  'The hour I [D]first be[G]lieved.',
];
const sayings = [
  'Nice!',
  'Shall we take it slower?',
  '😀',
  'I would sing that an octave lower.',
  'Once more from the top?',
];
const tracks = ['amazing-grace', 'auld-lang-syne', 'greensleeves', 'scarborough-fair'];

/** How long someone thinks between two letters, and between two things to do, in milliseconds. */
const keystroke = [40, 180] as const;
const thought = [500, 2_500] as const;

/** Brings people into a room who write, vote and talk until the function that is returned ends it. */
export function playDemo({ url, ...place }: ServerPlace, room_id: RoomId, tokens: string[]): () => void {
  const ending = new AbortController();
  const clients = tokens.map((token) => connect(url, { ...place, token, storage: memoryStorage() }));
  for (const client of clients) {
    if (kindOf(room_id) === 'song') void write(client.room(room_id), ending.signal);
    else client.on('connected', () => void takePart(client, room_id, ending.signal));
  }
  return () => {
    ending.abort();
    for (const client of clients) client.disconnect();
  };
}

/** One who writes the lines that are missing, letter by letter, and starts the song afresh when all are there. */
async function write(room: Room, ending: AbortSignal): Promise<void> {
  const { text } = room;
  let caret = 0;
  text.on('change', ({ changes, origin }) => {
    if (origin !== 'remote') return;
    for (const { from, to, insert } of changes.toReversed()) {
      if (from < caret) caret = Math.max(from, caret + insert.length - (to - from));
    }
  });
  while (!ending.aborted) {
    await pause(thought, ending);
    if (room.state.status !== 'joined') continue;
    if (oneIn(3)) room.sendMessage(pick(sayings)).catch(() => {});
    const written = text.length === 0 ? 0 : text.text.split('\n').length;
    const line = lines[written];
    if (line === undefined) {
      text.delete(0, text.length);
      continue;
    }
    if (written > 0) text.insert(text.length, '\n');
    caret = text.length;
    for (const letter of line) {
      await pause(keystroke, ending);
      if (ending.aborted || room.role === 'viewer') return;
      caret = Math.min(caret, text.length);
      text.insert(caret, letter);
      caret += letter.length;
      room.setCursor(caret);
      room.setTyping(true);
    }
    room.setTyping(false);
  }
}

/** One who queues, votes, plays and scores in a session, and talks in a feed. */
async function takePart(client: Client, room_id: RoomId, ending: AbortSignal): Promise<void> {
  await client.ask('join_room', { room_id });
  while (!ending.aborted && client.isConnected) {
    await pause(thought, ending);
    const operation = kindOf(room_id) === 'session' ? inSession() : { type: 'message.new', text: pick(sayings) };
    // What does not fit, such as a vote for what is not queued, is refused: nothing is changed by it.
    await client.ask('collaboration_operation', { room_id, operation });
  }
}

function inSession(): object {
  const track_id = pick(tracks);
  return pick([
    { type: 'queue_track', track_id, title: track_id.replaceAll('-', ' '), duration_ms: 30_000 },
    { type: 'vote_track', track_id, vote: 1 },
    { type: 'playback_control', action: 'play' },
    { type: 'score_update', team: pick(['red', 'blue']), delta: 10 },
  ]);
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}

function oneIn(count: number): boolean {
  return Math.random() < 1 / count;
}

function pause([least, most]: readonly [number, number], ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, least + Math.random() * (most - least));
    ending.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      ending.removeEventListener('abort', done);
      resolve();
    }
  });
}
