import assert from 'node:assert/strict';
import { Document } from '../../server/documents/document.ts';
import { createEraser, withoutUser } from '../../server/kinds/erasing.ts';
import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import { unsaid, unsaying } from '../../shared/documents/feed/redaction.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import { kinds, typeOf } from '../support/kinds.ts';
import { Random } from '../support/random.ts';
import { Story } from '../support/story.ts';

const users: [string, Role][] = [
  ['ann', 'editor'],
  ['bob', 'editor'],
  ['dj', 'host'],
];

/** A log of some commands, each text in it said once. */
function told(random: Random, room_id: RoomId, commandOf: (message_id: string, text: string) => object) {
  const story = new Story(room_id);
  for (let step = 0; step < 60; step++) {
    const [user_id, role] = random.pick(users);
    const message_id = String(random.between(1, story.entries.length + 1));
    story.tell({ user_id, role, timestamp: step, operation: commandOf(message_id, `secret ${step}.`) });
  }
  return story.entries;
}

function channel(random: Random): Entry[] {
  return told(random, 'channel:test', (message_id, text) =>
    random.pick([
      { type: 'message.new', text, data: { text } },
      { type: 'message.new', text },
      { type: 'message.edited', message_id, text },
      { type: 'message.edited', message_id, text },
      { type: 'message.deleted', message_id },
      { type: 'message.reaction', message_id, reaction: random.pick(['+1', '-']), on: !random.oneIn(4) },
      { type: 'message.read', message_id },
    ]),
  );
}

function session(random: Random): Entry[] {
  const track_id = () => random.pick(['a', 'b', 'c']);
  return told(random, 'session:test', (_, title) =>
    random.pick([
      { type: 'queue_track', track_id: track_id(), title },
      { type: 'remove_track', track_id: track_id() },
      { type: 'vote_track', track_id: track_id(), vote: random.between(0, 1) },
      { type: 'playback_control', action: 'skip' },
    ]),
  );
}

/** The log as it is when what each entry has made unsaid is gone. */
function redacted(entries: readonly Entry[]): Entry[] {
  const left = [...(entries as readonly Entry<FeedCommand>[])];
  entries.forEach((entry, index) => {
    const change = unsaying(entry as Entry<FeedCommand>);
    if (!change) return;
    for (let earlier = 0; earlier < index; earlier++) {
      const before = left[earlier];
      if (before) left[earlier] = unsaid(before, earlier + 1, change) ?? before;
    }
  });
  return left;
}

function contentOf(room_id: RoomId, entries: Entry[], before: Entry[] = []): unknown {
  const document = new Document(typeOf(room_id), {
    epoch: 'e',
    revision: before.length,
    entries: before,
    timestamp: 0,
  });
  document.follow('e', entries.slice(before.length));
  return document.content;
}

describe('a feed out of whose log something was taken', () => {
  it('has the same content in the end, wherever one had stopped reading, and tells nothing that was unsaid', () => {
    const first = new Random();
    for (let run = 0; run < 200; run++) {
      const random = new Random(first.seed + run);
      random.tell(() => {
        const entries = channel(random);
        const left = redacted(entries);
        const content = contentOf('channel:test', entries);
        const at = random.between(0, entries.length);
        assert.deepEqual(contentOf('channel:test', left, entries.slice(0, at)), content);
        assert.deepEqual(redacted(left), left);
        const secretsOf = (what: unknown) => new Set(JSON.stringify(what).match(/secret \d+\./g));
        // The text of an edited message goes with the edit; what came beside it stays.
        const withoutData = left.map(({ operation, ...entry }) => ({ ...entry, ...(operation as object), data: 0 }));
        for (const secret of secretsOf(withoutData)) assert.ok(secretsOf(content).has(secret), secret);
      });
    }
  });

  it('has the same content for a client that knows nothing of redacted entries', () => {
    const first = new Random();
    for (let run = 0; run < 200; run++) {
      const random = new Random(first.seed + run);
      random.tell(() => {
        const entries = channel(random);
        const plain = redacted(entries).map(({ redacted: _, ...entry }) => entry);
        assert.deepEqual(contentOf('channel:test', plain), contentOf('channel:test', entries));
      });
    }
  });
});

describe('a user who is erased', () => {
  const ann = { user_id: 'ann', name: 'erased:1' };
  for (const [room_id, tell] of [
    ['channel:test', channel],
    ['session:test', session],
  ] as const) {
    it(`is nowhere in a ${room_id.split(':')[0]}: its log leads to the content that is left`, () => {
      const first = new Random();
      for (let run = 0; run < 200; run++) {
        const random = new Random(first.seed + run);
        random.tell(() => {
          const said = redacted(tell(random));
          const eraser = createEraser(kinds.of(room_id), ann);
          const entries = said.map((entry, index) => eraser.erase(entry, index + 1) ?? entry);
          const content = withoutUser(kinds.of(room_id), contentOf(room_id, said), ann);
          assert.deepEqual(contentOf(room_id, entries), content);
          assert.equal(JSON.stringify([entries, content]).includes('ann'), false);
          assert.equal(withoutUser(kinds.of(room_id), content, ann), content);
          const again = createEraser(kinds.of(room_id), ann);
          assert.ok(entries.every((entry, index) => again.erase(entry, index + 1) === undefined));
          const reached = random.between(0, said.length);
          const halfway = said.map((entry, index) => (index < reached ? entries[index] : undefined) ?? entry);
          const other = createEraser(kinds.of(room_id), ann);
          const resumed = halfway.map((entry, index) => other.erase(entry, index + 1) ?? entry);
          assert.deepEqual(resumed, entries, `ended after ${reached}`);
        });
      }
    });
  }
});
