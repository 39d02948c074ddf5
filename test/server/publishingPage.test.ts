import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { standardEvents } from '../../server/index.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { temporaryDirectory } from '../support/process.ts';
import { connect, next, request, startServer, tokenFor } from '../support/server.ts';

const page = readFileSync(new URL('../../docs/publishing.md', import.meta.url), 'utf8');
const examples = page.split('\n').filter((line) => line.startsWith('curl '));
const claims = { sub: 'tracker', rooms: {}, scope: 'publish' };

/** What an example sends; undefined where it only asks. */
function messageOf(example: string): { type: string; data?: unknown; room_id?: string } | undefined {
  const body = /-d '(.+)'$/.exec(example)?.[1];
  return body === undefined ? undefined : [JSON.parse(body)].flat()[0];
}

describe('docs/publishing.md', () => {
  for (const example of examples) {
    const message = messageOf(example);
    it(`publishes ${message?.type ?? 'nothing, and asks who is there'}`, async () => {
      const server = await startServer();
      const env = { ...process.env, TUTTI: server.url, TOKEN: tokenFor(claims) };
      const { stdout } = await promisify(execFile)('sh', ['-c', example], { env });
      assert.equal(JSON.parse(stdout).ok, true, stdout);
      const declared = Object.values(standardEvents).find(({ type }) => type === message?.type);
      declared?.data.parse(message?.data);
    });
  }

  it('has an example of each event', () => {
    const shown = new Set(examples.map((example) => messageOf(example)?.type));
    assert.deepEqual(
      Object.values(standardEvents).filter(({ type }) => !shown.has(type)),
      [],
    );
  });

  it('turns the webhook of a Git host into an entry of a channel, once', async () => {
    const server = await startServer();
    const ann = await connect(server, { sub: 'ann' });
    await request(ann, 'join_room', { room_id: 'channel:songs' });
    const program = join(temporaryDirectory(), 'webhook.mjs');
    writeFileSync(program, /```js\n(.+?)```/s.exec(page)?.[1] ?? assert.fail('no program'));
    const port = String(await freePort());
    const env = { ...process.env, TUTTI: server.url, TOKEN: tokenFor(claims), WEBHOOK_SECRET: 'shh', PORT: port };
    const webhook = spawn('node', [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    cleanup(() => webhook.kill());
    await new Promise((resolve) => webhook.stdout.once('data', resolve));

    const push = {
      ref: 'refs/heads/main',
      repository: { name: 'songs' },
      pusher: { name: 'bob' },
      compare: 'https://git.example/songs/compare/1...2',
      commits: [{ message: 'Louder 🎸' }],
    };
    const body = JSON.stringify(push);
    const send = async (key: string) => {
      const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
      const headers = { 'x-github-event': 'push', 'x-github-delivery': '72d3162e', 'x-hub-signature-256': signature };
      return (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers })).status;
    };
    const update = next(ann, 'collaboration_update');
    assert.equal(await send('not the key'), 403);
    assert.equal(await send('shh'), 204);
    assert.equal(await send('shh'), 204);
    const [entry] = (await update).operations;
    assert.deepEqual(entry?.operation, {
      type: 'git.pushed',
      data: { text: 'bob pushed 1 to main: Louder 🎸', url: push.compare },
    });
    const { document } = await request(ann, 'get_room_state', { room_id: 'channel:songs' });
    assert.equal((document?.content as Feed | undefined)?.entries.length, 1);
  });
});
