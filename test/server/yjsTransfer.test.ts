import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Y from 'yjs';
import { yjs } from '../../server/yjs/index.ts';
import { tutti } from '../support/commandLine.ts';
import { call } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { synced, writer } from '../support/yjsRoom.ts';

const kinds = { note: yjs() };
const admin = { sub: 'op', rooms: {}, scope: 'admin' };

/** A document in which two have written, each over the other's words. */
async function written(server: { url: string }) {
  const [ann, ben] = [writer(server, { sub: 'ann' }), writer(server, { sub: 'ben' })];
  ann.text.insert(0, 'words of ann');
  await ann.provider.stored();
  await until(() => ben.text.length === 12);
  ben.text.delete(0, 6);
  ben.text.insert(0, 'deeds ');
  await ben.provider.stored();
  await until(() => ann.text.toString() === 'deeds of ann');
  return { ann, ben };
}

describe('documents of Yjs', () => {
  it('are exported and imported with who wrote what', async () => {
    const [one, other] = [await startServer({ kinds }), await startServer({ kinds })];
    const { ann, ben } = await written(one);
    const { body: exported } = await call(one, 'GET /api/v1/export', admin);
    const { body } = await call(other, 'POST /api/v1/import', admin, { body: exported });
    assert.deepEqual(body.results[0], { ok: true, room_id: 'note:1', outcome: 'imported' });
    const cid = writer(other, { sub: 'cid' });
    await synced(cid);
    assert.equal(cid.text.toString(), 'deeds of ann');
    assert.equal(cid.provider.userOf(ann.doc.clientID), 'ann');
    assert.equal(cid.provider.userOf(ben.doc.clientID), 'ben');
    // It goes on from there.
    cid.text.insert(0, 'more ');
    await cid.provider.stored();
    const dan = writer(other, { sub: 'dan' });
    await synced(dan);
    assert.equal(dan.text.toString(), 'more deeds of ann');
  });

  it('are imported from files with a state of Yjs, as other servers keep it', async () => {
    const server = await startServer({ kinds });
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'note'));
    const doc = new Y.Doc();
    for (const word of ['by ', 'several ', 'clients']) {
      const client = new Y.Doc();
      Y.applyUpdate(client, Y.encodeStateAsUpdate(doc));
      client.getText('text').insert(client.getText('text').length, word);
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(client));
    }
    writeFileSync(join(folder, 'note', 'old.yjs'), Y.encodeStateAsUpdate(doc));
    writeFileSync(join(folder, 'note', 'second.yjs'), Y.encodeStateAsUpdateV2(doc));
    const { code, stderr } = await tutti(['import', '--url', server.url, '--token', tokenFor(admin), folder]);
    assert.match(stderr, /second\.yjs: .*version 1/);
    assert.match(stderr, /1 rooms imported, 1 lines refused/);
    assert.equal(code, 1);
    const ann = writer(server, { sub: 'ann' }, { room_id: 'note:old' });
    await synced(ann);
    assert.equal(ann.text.toString(), 'by several clients');
  });

  it('have another name for who is erased', async () => {
    const server = await startServer({ kinds });
    const { ann } = await written(server);
    for (const { client } of [ann]) client.disconnect();
    const { body } = await call(server, 'GET /api/v1/users/ann/export', admin);
    assert.match(JSON.stringify(body), /yjs_clients/);
    assert.equal((await call(server, 'DELETE /api/v1/users/ann', admin)).status, 200);
    const { body: exported } = await call(server, 'GET /api/v1/export', admin);
    assert.ok(!String(exported).includes('"ann"'), String(exported));
    const cid = writer(server, { sub: 'cid' });
    await synced(cid);
    assert.equal(cid.text.toString(), 'deeds of ann');
    assert.match(cid.provider.userOf(ann.doc.clientID) ?? '', /./);
    assert.notEqual(cid.provider.userOf(ann.doc.clientID), 'ann');
  });
});
