import assert from 'node:assert/strict';
import { keeping } from '../support/kept.ts';
import { temporaryDirectory } from '../support/process.ts';
import { member, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('storeDocument of a process that is killed', () => {
  it('is called at the next start, for what was acknowledged and not stored', async () => {
    const kept = keeping();
    const DATA_DIR = temporaryDirectory();
    for (const name of ['first', 'second']) {
      const server = await kept.start({ DATA_DIR, NAME: name, STORE_MS: '60000' });
      const ada = await member(server, { sub: 'ada' }, { room_id });
      await request(ada, 'collaboration_operation', { room_id, operation: [name] });
      await until(() => kept.lines().some(({ begins, by }) => begins === room_id && by === name));
      await request(ada, 'collaboration_operation', { room_id, operation: ['the '] });
      await server.kill();
      ada.disconnect();
      assert.equal(kept.stored(room_id), undefined);
    }
    const server = await kept.start({ DATA_DIR, NAME: 'third' });
    await until(() => kept.stored(room_id)?.revision === 4);
    assert.equal(kept.stored(room_id)?.content, 'the secondthe first');
    await server.stop();
    assert.deepEqual(
      kept.lines().flatMap(({ stores, by }) => (stores ? [by] : [])),
      ['third'],
    );
  }).timeout(30_000);
});
