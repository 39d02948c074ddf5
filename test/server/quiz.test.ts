import assert from 'node:assert/strict';
import { Quiz } from '../support/quiz.ts';
import { startServer, tokenFor } from '../support/server.ts';

describe('a quiz', () => {
  it('reaches everyone with every score, and all hold the same', async () => {
    const participants = 120;
    const { url } = await startServer({ maxParticipantsPerRoom: participants });
    const quiz = new Quiz({ url, tokenFor, participants });
    await quiz.gather();
    await quiz.join();
    await quiz.play(3, 5);
    assert.equal(quiz.reach, 1);
    const [content, ...others] = quiz.contents;
    assert.deepEqual(others, []);
    assert.deepEqual(content?.scores, { red: 4, green: 4, blue: 4, yellow: 3 });
  });
});
