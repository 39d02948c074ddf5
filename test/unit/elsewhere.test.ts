import assert from 'node:assert/strict';
import type { Cursors } from '../../server/rooms/cursors.ts';
import { Elsewhere } from '../../server/rooms/elsewhere.ts';
import type { Member } from '../../server/rooms/member.ts';
import { Presence } from '../../server/rooms/presence.ts';
import { type Present, type RelayListener, Whispers } from '../../server/rooms/relay.ts';
import { Typing } from '../../server/rooms/typing.ts';

const max_participants = 2;
const source = { instance: 'other', lease: 'other.1' };

function present(user_id: string, joined_at: number, guest?: true): Present {
  return {
    user_id,
    client_id: `client of ${user_id}`,
    name: user_id,
    role: 'editor',
    joined_at,
    ...(guest && { guest }),
  };
}

/** A room that others have in memory too; `here` are members of this instance. */
function room(here: Present[]) {
  let listener: RelayListener | undefined;
  const gone: string[] = [];
  const presence = new Presence('song:42', () => {});
  const members = here.map(({ user_id, name, client_id, role, joined_at, guest }) => {
    const connection = { id: client_id, identity: { user_id, name, guest }, send() {} };
    return { connection, client_id, role, joined_at } as unknown as Member;
  });
  const whispers = new Whispers(() => {});
  const cursors = { receive() {}, remove() {}, forget() {}, whisper() {} } as unknown as Cursors;
  for (const member of members) presence.add(member);
  const elsewhere = new Elsewhere({
    key: ' song:42',
    relay: {
      tell() {},
      hear(_room, heard) {
        listener = heard;
        return () => {};
      },
      async subscribed() {},
      reserve: async () => ({ name: '*1' }),
      presents: async () => [],
    },
    whispers,
    max_participants,
    presence,
    cursors,
    typing: new Typing('song:42', () => {}, whispers),
    members: () => here,
    onReplaced() {},
    onMessage() {},
    onGivesWay() {},
    onToldToGo(user_id) {
      gone.push(user_id);
      for (const member of members) if (member.connection.identity.user_id === user_id) presence.remove(member);
    },
    onError: (error) => assert.fail(String(error)),
  });
  return {
    gone,
    hear: (came: Present[], went: string[] = []) => listener?.hear({ came, went }, source),
    end: () => listener?.ended(source),
    close() {
      elsewhere.close();
      presence.close();
    },
  };
}

describe('a room that is full on several instances', () => {
  it('has the newest guest give way where more came at once than it takes', () => {
    const { gone, hear, close } = room([present('ben', 1, true), present('cyd', 2, true)]);
    hear([present('ada', 3)]);
    assert.deepEqual(gone, ['cyd']);
    hear([present('dan', 4)]);
    assert.deepEqual(gone, ['cyd', 'ben']);
    hear([present('eve', 5)]);
    assert.deepEqual(gone, ['cyd', 'ben']);
    close();
  });

  it('leaves a guest of another instance to that one', () => {
    const { gone, hear, close } = room([present('ben', 1, true), present('ada', 2)]);
    hear([present('cyd', 3, true)]);
    assert.deepEqual(gone, []);
    close();
  });

  for (const [how, leave] of [
    ['goes', ({ hear }) => hear([], ['client of cyd'])],
    ['goes with its instance', ({ end }) => end()],
  ] satisfies [string, (there: ReturnType<typeof room>) => void][]) {
    it(`has its own guest give way when one of another instance ${how} and that is not enough`, () => {
      const there = room([present('ada', 1), present('ben', 2, true), present('dan', 4)]);
      there.hear([present('cyd', 3, true)]);
      assert.deepEqual(there.gone, []);
      leave(there);
      assert.deepEqual(there.gone, ['ben']);
      there.close();
    });
  }

  it('has the same one of two guests give way, whichever of them each instance heard of first', () => {
    const guests = [present('ben', 1, true), present('cyd', 1, true)];
    const gone = guests.flatMap((guest) => {
      const there = room([guest, present('ada', 2)]);
      there.hear([...guests.filter((other) => other !== guest), present('ada', 2)]);
      there.close();
      return there.gone;
    });
    assert.deepEqual(gone, ['cyd']);
  });
});
