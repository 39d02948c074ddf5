import assert from 'node:assert/strict';
import { itHoldsVectors, Story } from '../support/story.ts';

/** A session after commands of a host, and how to go on. */
function told(commands: object[]) {
  const story = new Story('session:test');
  const tell = (operation: object, user_id = 'dj') => story.tell({ user_id, role: 'host', timestamp: 1, operation });
  for (const command of commands) assert.equal(tell(command), undefined);
  return tell;
}

function times(count: number, make: (index: number) => object): object[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

describe('the test vectors of sessions', () => itHoldsVectors('session', 'session:test'));

describe('a session', () => {
  it('takes 200 tracks, and another when one has left', () => {
    const tell = told(times(200, (index) => ({ type: 'queue_track', track_id: `${index}` })));
    const another = { type: 'queue_track', track_id: 'another' };
    assert.equal(tell(another), 'too_large');
    assert.equal(tell({ type: 'playback_control', action: 'skip' }), undefined);
    assert.equal(tell(another), undefined);
  });

  it('takes 1,000 votes for a track', () => {
    const tell = told([{ type: 'queue_track', track_id: 'a' }]);
    const vote = { type: 'vote_track', track_id: 'a', vote: 1 };
    for (let user = 0; user < 1_000; user++) assert.equal(tell(vote, `${user}`), undefined);
    assert.equal(tell(vote, 'another'), 'too_large');
    assert.equal(tell(vote, '999'), undefined);
  });

  it('takes 2,000 teams, and goes on counting for them', () => {
    const score = (team: string) => ({ type: 'score_update', team, delta: 1 });
    const tell = told(times(2_000, (index) => score(`${index}`)));
    assert.equal(tell(score('another')), 'too_large');
    assert.equal(tell(score('7')), undefined);
  });

  it('takes 64 KiB of state, and lets it become less', () => {
    const put = (key: number, size: number) => ({ type: 'session_update', state: { [key]: 'x'.repeat(size) } });
    const tell = told(times(8, (index) => put(index, 8_000)));
    assert.equal(tell(put(8, 8_000)), 'too_large');
    assert.equal(tell(put(7, 9)), undefined);
  });
});
