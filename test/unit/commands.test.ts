import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Document } from '../../server/documents/document.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { typeOf } from '../support/kinds.ts';
import { Random } from '../support/random.ts';
import { Story } from '../support/story.ts';

/** Names that some program somewhere takes for something else. */
const names = [
  'a',
  'b',
  '10',
  '2',
  'constructor',
  'toString',
  'length',
  '',
  '__proto__',
  'é',
  '😀',
  '\u0000',
  '\ud83d',
];
const users: [string, Role][] = [
  ['ann', 'editor'],
  ['bob', 'editor'],
  ['constructor', 'editor'],
  ['eve', 'viewer'],
  ['dj', 'host'],
];

const commands: Record<string, (random: Random, revision: number) => object> = {
  session(random) {
    const track_id = random.pick(names);
    return random.pick([
      { type: 'queue_track', track_id, title: random.text(3), duration_ms: random.between(0, 5_000) },
      { type: 'queue_track', track_id },
      { type: 'remove_track', track_id },
      { type: 'vote_track', track_id, vote: random.between(0, 1) },
      { type: 'playback_control', action: 'play', track_id },
      { type: 'playback_control', action: random.pick(['play', 'pause', 'skip', 'stop']) },
      { type: 'playback_control', action: random.pick(['play', 'seek']), position_ms: random.next() * 5_000 },
      { type: 'score_update', team: random.pick(names), delta: random.next() - 0.5 },
      { type: 'score_update', team: random.pick(names), score: random.pick([-0, 1e15, 0.1, Number.NaN]) },
      { type: 'session_update', state: { [random.pick(names)]: anyJson(random) } },
    ]);
  },
  channel(random, revision) {
    const message_id = String(random.between(Math.max(1, revision - 30), revision + 1));
    return random.pick([
      { type: 'message.new', text: random.text(4), data: anyJson(random) },
      { type: 'message.new', text: random.pick(names) },
      { type: 'message.edited', message_id, text: random.text(2) },
      { type: 'message.deleted', message_id },
      { type: 'message.reaction', message_id, reaction: random.pick(names), on: random.oneIn(2) },
      { type: 'message.read', message_id },
    ]);
  },
};

function anyJson(random: Random, depth = 0): unknown {
  if (depth === 3 || random.oneIn(3)) {
    return random.pick([null, true, -0, 0.1, -1e300, 2 ** 53, random.pick(names), random.text(2), undefined]);
  }
  if (random.oneIn(2)) return Array.from({ length: random.between(0, 3) }, () => anyJson(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: random.between(0, 3) }, () => [random.pick(names), anyJson(random, depth + 1)]),
  );
}

function storyOf(
  random: Random,
  room_id: RoomId,
  commandOf: (random: Random, revision: number) => object,
  length: number,
) {
  const story = new Story(room_id);
  let timestamp = 1_700_000_000_000;
  let accepted = 0;
  for (let step = 0; step < length; step++) {
    const [user_id, role] = random.pick(users);
    timestamp += random.between(-5, 2_000);
    const before = JSON.stringify(story.content);
    const refused = story.tell({ user_id, role, timestamp, operation: commandOf(random, story.entries.length) });
    if (refused) assert.equal(JSON.stringify(story.content), before);
    else accepted += 1;
  }
  assert.ok(accepted > length / 10, `${accepted} of ${length} were accepted`);
  return story;
}

for (const [kind, commandOf] of Object.entries(commands)) {
  const room_id = `${kind}:test` as RoomId;

  describe(`a ${kind}`, () => {
    it('is the same for who follows the log and for who loads what was saved on the way, in 50 stories', () => {
      const first = new Random();
      for (let i = 0; i < 50; i++) {
        const random = new Random(first.seed + i);
        random.tell(() => {
          const { document, entries, content } = storyOf(random, room_id, commandOf, 300);
          const wire = JSON.parse(JSON.stringify(entries)) as typeof entries;
          const at = random.between(0, entries.length);
          const follower = new Document(typeOf(room_id), {
            epoch: '',
            revision: 0,
            entries: wire.slice(0, at),
            timestamp: 0,
          });
          const snapshot = JSON.parse(JSON.stringify(follower.snapshot())) as ReturnType<Document['snapshot']>;
          const rest = { epoch: 'epoch', revision: entries.length, entries: wire.slice(at), timestamp: 0 };
          const latecomer = new Document(typeOf(room_id), { ...rest, snapshot });
          follower.follow('epoch', wire.slice(at));
          assert.equal(latecomer.revision, document.revision);
          assert.deepEqual(follower.type.save(follower.content), content);
          assert.deepEqual(latecomer.type.save(latecomer.content), content);
        });
      }
    });

    it('comes back from the disk as it went there', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'tutti-'));
      cleanup(() => rm(directory, { recursive: true }));
      const log = await openLmdbLog({ directory });
      cleanup(() => log.close());
      const random = new Random();
      const { document, entries, content } = storyOf(random, room_id, commandOf, 500);
      const appended = await log.append('room', { epoch: '', after: 0, entries });
      assert.deepEqual((await log.load('room')).entries, entries, `fails with SEED=${random.seed}`);
      await log.snapshot('room', { ...document.snapshot(), epoch: appended.epoch }, { entries: 0, bytes: 0 });
      assert.deepEqual((await log.load('room')).snapshot?.content, content, `fails with SEED=${random.seed}`);
    });
  });
}
