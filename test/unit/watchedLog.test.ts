import assert from 'node:assert/strict';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { watched } from '../../server/logs/watched.ts';
import { Refusal } from '../../shared/refusals.ts';

describe('a log of the application', () => {
  const failing = (error: Error): Log => Object.assign(createMemoryLog(), { load: () => Promise.reject(error) });

  it('is troubled when a call fails, with the reason', async () => {
    for (const error of [new Error('the database is gone'), new Refusal('unavailable', 'the database is gone')]) {
      const log = watched(failing(error));
      assert.equal(log.trouble, undefined);
      await assert.rejects(log.load('room'), error);
      assert.equal(log.trouble, 'the database is gone');
    }
  });

  it('is not troubled by what it refuses', async () => {
    const log = watched(failing(new Refusal('conflict', 'another one')));
    await assert.rejects(log.load('room'));
    assert.equal(log.trouble, undefined);
  });

  it('says its own trouble first, and does all else as before', async () => {
    const log = watched(Object.assign(createMemoryLog(), { trouble: 'the disk is full' }));
    assert.equal(log.trouble, 'the disk is full');
    assert.equal((await log.load('room')).revision, 0);
    assert.equal(log.renew, undefined);
  });
});
