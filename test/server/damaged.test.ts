import assert from 'node:assert/strict';
import { join } from 'node:path';
import { roomKey } from '../../server/access/keys.ts';
import { openDataFile } from '../../server/logs/data.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { createMetrics } from '../../server/watch/metrics.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { connect, member, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:1';

describe('a log of which an entry is not what was written', () => {
  it('is told as unavailable, counted, and closed to writing: never a shorter song', async () => {
    const directory = temporaryDirectory();
    const before = await openLmdbLog({ directory });
    const first = await startServer({ log: before });
    const ada = await member(first, { sub: 'ada' }, { room_id, client_id: 'a' });
    for (const letter of ['a', 'b', 'c'])
      await request(ada, 'collaboration_operation', { room_id, operation: [letter] });
    await crash(directory);
    const log = await openLmdbLog({ directory });
    cleanup(() => log.close());
    const server = await startServer({ log });
    const ben = await connect(server, { sub: 'ben' });
    await refused(ben, 'join_room', { room_id }, 'unavailable');
    await refused(ben, 'collaboration_operation', { room_id, operation: ['x'] }, 'not_found');
    const { status } = await call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'root', scope: 'admin' });
    assert.equal(status, 503);
    await request(ben, 'join_room', { room_id: 'song:next-door' });

    /** Ends the server without another snapshot, and flips a bit of what it has kept. */
    async function crash(folder: string): Promise<void> {
      before.snapshot = async () => false;
      await first.close();
      await before.close();
      const root = openDataFile(join(folder, 'log.mdb'));
      const entries = root.openDB<{ operation: string[] }, [string, number]>({ name: 'entries' });
      const key: [string, number] = [roomKey('', room_id), 2];
      const entry = entries.get(key) ?? assert.fail('it is not there');
      await entries.put(key, { ...entry, operation: ['B'] });
      await root.close();
    }
  });

  it('has a counter that is there from the start', async () => {
    const metrics = createMetrics();
    cleanup(() => metrics.close());
    assert.match(await metrics.registry.metrics(), /^tutti_damage_total 0$/m);
    metrics.damaged();
    assert.match(await metrics.registry.metrics(), /^tutti_damage_total 1$/m);
  });
});
