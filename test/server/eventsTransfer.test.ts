import assert from 'node:assert/strict';
import { z } from 'zod';
import { defineEvents, sharedEvents } from '../../client/events.ts';
import { FolderWriter, type Line, linesIn } from '../../server/cli/transfer/files.ts';
import { call } from '../support/http.ts';
import { jam, kinds, player } from '../support/jam.ts';
import { temporaryDirectory } from '../support/process.ts';
import { member, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const admin = { sub: 'root', scope: 'admin' };

/** The rooms of a server, a line each or several. */
async function linesOf(server: { url: string }): Promise<string[]> {
  return String((await call(server, 'GET /api/v1/export', admin)).body)
    .trimEnd()
    .split('\n');
}

function bring(server: { url: string }, lines: readonly string[], query = '') {
  return call(server, `POST /api/v1/import${query}`, admin, { body: lines.join('\n') });
}

describe('rooms of an application’s events that are exported', () => {
  it('have each event once and in order where they are imported, by who emitted it, over a folder of files too', async () => {
    const [one, other] = [await startServer({ kinds }), await startServer({ kinds })];
    const large = 'x'.repeat(9_000);
    const ann = player(one, { sub: 'ann' });
    await ann.events.emit('clap', 'first');
    for (let pitch = 0; pitch < 100; pitch++) await one.room('jam:1').events(jam).emit('note', { pitch, on: large });
    const [lines, folder] = [await linesOf(one), temporaryDirectory()];
    assert.ok(lines.length > 3, 'in parts');

    const writer = new FolderWriter(folder, false);
    for (const line of lines.slice(0, -1)) await writer.write(JSON.parse(line) as Line & { room_id: string });
    await writer.end();
    const files: string[] = [];
    for await (const { json, from } of linesIn(folder)) {
      assert.match(from, /jam\/1\.ndjson/);
      files.push(json);
    }
    assert.deepEqual(
      files.map((json) => JSON.parse(json)),
      lines.slice(0, -1).map((json) => JSON.parse(json)),
    );

    assert.equal((await bring(other, files)).status, 200);
    assert.deepEqual(await linesOf(other), lines);
    const whole = sharedEvents(jam, 'jam', 'start');
    const ben = player(other, { sub: 'ben' }, { documents: whole, hears: false });
    const heard: unknown[] = [];
    ben.events.on('clap', ({ data, user_id }) => heard.push([data, user_id]));
    ben.events.on('note', ({ data, user_id }) => heard.push([data.pitch, user_id]));
    await until(() => heard.length >= 101);
    assert.deepEqual(heard, [['first', 'ann'], ...Array.from({ length: 100 }, (_, pitch) => [pitch, 'server'])]);
    const { body } = await bring(other, files);
    assert.ok(body.results.every(({ outcome }: { outcome: string }) => outcome === 'exists'));
    assert.deepEqual((await linesOf(other)).length, lines.length);
  });

  it('are as they were, also where a schema makes something else of what it takes, or an event is declared no more', async () => {
    const words = z.string().transform((text) => text.split(' '));
    const declare = (name: string) => ({ talk: { type: defineEvents({ [name]: { schema: words, durable: true } }) } });
    const [one, other] = [await startServer({ kinds: declare('said') }), await startServer({ kinds: declare('sung') })];
    const room_id = 'talk:1';
    const ann = await member(one, { sub: 'ann' }, { room_id });
    await request(ann, 'collaboration_operation', { room_id, operation: { type: 'said', data: 'a b' } });
    const lines = await linesOf(one);
    assert.match(lines[0] ?? '', /"operation":\[\{"type":"said","data":\["a","b"\]\}\]/);
    assert.equal((await bring(other, lines.slice(0, 1))).status, 200);
    assert.deepEqual(await linesOf(other), lines);
  });

  it('are refused where a line has no events', async () => {
    const server = await startServer({ kinds });
    const entry = { client_id: 'c', user_id: 'ann', timestamp: 1 };
    for (const operation of [
      [],
      'note',
      [{ type: '' }],
      [{ type: 'note', data: { __proto__: null, x: '\ud800' } }],
      [7],
    ]) {
      const line = JSON.stringify({ room_id: 'jam:1', type: 'events', entries: [{ ...entry, operation }] });
      assert.equal((await bring(server, [line])).status, 400, line);
    }
    assert.deepEqual(await linesOf(server), ['{"type":"end","rooms":0,"unreadable":0}']);
  });
});
