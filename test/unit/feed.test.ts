import assert from 'node:assert/strict';
import type { Feed } from '../../shared/documents/feed.ts';
import { itHoldsVectors, Story } from '../support/story.ts';

/** A channel with so many messages of Ann's, and how to go on. */
function channel(messages: number) {
  const story = new Story('channel:test');
  const tell = (operation: object, user_id = 'ann') => story.tell({ user_id, role: 'editor', timestamp: 1, operation });
  for (let message = 0; message < messages; message++)
    assert.equal(tell({ type: 'message.new', text: 'x' }), undefined);
  return { tell, content: () => story.content as Feed };
}

describe('the test vectors of feeds', () => itHoldsVectors('feed', 'channel:test'));

describe('a feed', () => {
  it('holds the newest 200 messages, and those that left can no longer be changed', () => {
    const { tell, content } = channel(201);
    assert.deepEqual(
      content().entries.map(({ message_id }) => message_id),
      Array.from({ length: 200 }, (_, index) => `${index + 2}`),
    );
    assert.equal(tell({ type: 'message.edited', message_id: '1', text: 'y' }), 'not_found');
    assert.equal(tell({ type: 'message.read', message_id: '1' }), undefined);
    assert.deepEqual(content().read, { ann: '1' });
  });

  it('takes 20 different reactions to a message, and 1,000 in all', () => {
    const { tell } = channel(1);
    const react = (reaction: number, on = true) => ({
      type: 'message.reaction',
      message_id: '1',
      reaction: `${reaction}`,
      on,
    });
    for (let reaction = 0; reaction < 20; reaction++) assert.equal(tell(react(reaction)), undefined);
    assert.equal(tell(react(20)), 'too_large');
    for (let user = 0; user < 980; user++) assert.equal(tell(react(0), `${user}`), undefined);
    assert.equal(tell(react(1), 'bob'), 'too_large');
    assert.equal(tell(react(1, false)), undefined);
    assert.equal(tell(react(0), 'bob'), undefined);
  });

  it('keeps 2,000 read marks, and forgets the oldest', () => {
    const { tell, content } = channel(2);
    const read = (message_id: string, user: string) => tell({ type: 'message.read', message_id }, user);
    for (let user = 0; user < 2_000; user++) assert.equal(read(user === 7 ? '1' : '2', `${user}`), undefined);
    assert.equal(read('2', 'another'), undefined);
    const { read: marks } = content();
    assert.equal(Object.keys(marks).length, 2_000);
    assert.deepEqual([marks['7'], marks['8'], marks.another], [undefined, '2', '2']);
  });
});
