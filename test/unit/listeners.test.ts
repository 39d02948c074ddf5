import assert from 'node:assert/strict';
import { Listeners } from '../../client/listeners.ts';

interface Events {
  said: string;
  heard: string;
}

describe('listeners', () => {
  it('stop by themselves, and leave others listening', () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    const listener = (word: string) => void heard.push(word);
    const stop = listeners.on('said', listener);
    listeners.on('said', listener);
    listeners.emit('said', 'one');
    stop();
    stop();
    listeners.emit('said', 'two');
    listeners.off('said', listener);
    listeners.emit('said', 'three');
    assert.deepEqual(heard, ['one', 'one', 'two']);
  });

  it('hear nothing once they have stopped, not even what was on its way', () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    listeners.on('said', () => stop());
    const stop = listeners.on('said', (word) => void heard.push(word));
    listeners.emit('said', 'one');
    assert.deepEqual(heard, []);
  });

  it('all hear one order, also of what one of them says', () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    listeners.on('said', () => listeners.emit('heard', 'answer'));
    listeners.on('said', (word) => void heard.push(word));
    listeners.on('heard', (word) => void heard.push(word));
    listeners.emit('said', 'question');
    assert.deepEqual(heard, ['question', 'answer']);
  });

  it('are called also where another one throws, which is not hidden', async () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    listeners.on('said', () => {
      throw new Error('a bug of the application');
    });
    listeners.on('said', (word) => void heard.push(word));
    const thrown = uncaught();
    listeners.emit('said', 'one');
    listeners.emit('said', 'two');
    assert.deepEqual(heard, ['one', 'two']);
    assert.equal((await thrown).message, 'a bug of the application');
  });
});

/** The next errors that nobody catches, in place of the test runner. Resolves with the last one of this turn. */
function uncaught(): Promise<Error> {
  const runners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.on('uncaughtException', (error) => {
      setImmediate(() => {
        process.removeAllListeners('uncaughtException');
        for (const runner of runners) process.on('uncaughtException', runner);
        resolve(error);
      });
    });
  });
}
