import assert from 'node:assert/strict';
import { type ServerProcess, startServer, temporaryDirectory, token } from '../support/process.ts';
import { RawClient } from '../support/raw.ts';

const room_id = 'song:42';
const claims = { rooms: { '*': 'editor' } };

/** A document of fifteen parts is 12 MB as JSON, where each character is escaped. */
const part = '\u0001'.repeat(131_072);

describe('a server with little memory', () => {
  let server: ServerProcess;
  let ada: RawClient;

  beforeEach(async () => {
    server = await startServer({
      DATA_DIR: temporaryDirectory(),
      NODE_OPTIONS: '--max-old-space-size=128',
      MAX_OPERATION_BYTES: '524288',
      LIMIT_JOINS: '0',
      LIMIT_OPERATIONS: '0',
      LIMIT_BYTES: '0',
    });
    ada = await RawClient.connect(server, token({ sub: 'ada', ...claims }));
    await ask(ada, 'join_room', { room_id });
  });

  afterEach(() => server.kill());

  it('drops 40 who join a large song and read nothing, pings or not, and serves who reads', async () => {
    for (let written = 0; written < 15; written++) {
      await ask(ada, 'collaboration_operation', { room_id, operation: [part] });
    }
    const before = await resident(server);
    const frozen = await Promise.all(
      Array.from({ length: 40 }, (_, index) => RawClient.connect(server, token({ sub: `frozen-${index}`, ...claims }))),
    );
    for (const client of frozen) {
      client.socket.pause();
      client.send(`42${JSON.stringify(['join_room', { room_id }])}`);
      client.send('3');
    }
    for (let reads = 0; reads < 3; reads++) {
      const ben = await RawClient.connect(server, token({ sub: `reader-${reads}`, ...claims }));
      const { document } = await ask(ben, 'join_room', { room_id });
      assert.equal(document?.content.length, 15 * part.length);
      ben.socket.terminate();
    }
    const grown = (await resident(server)) - before;
    assert.ok(grown < 256 * 2 ** 20, `${grown} bytes more`);
    for (const client of frozen) client.socket.resume();
    const fates = await Promise.all(
      frozen.map((client) => Promise.race([client.closed, client.packet(/^42\["room_joined",\{"room_id":"song/)])),
    );
    const dropped = fates.filter((packet) => packet === undefined).length;
    assert.ok(dropped >= 38, `${dropped} of 40 were dropped`);
  }).timeout(60_000);

  it('answers who asks far back among pastes with no more than 2 MiB of them, or with the song', async () => {
    const paste = 'x'.repeat(250_000);
    const { epoch } = await ask(ada, 'get_room_state', { room_id });
    let sequence = 0;
    for (let pastes = 0; pastes < 100; pastes++) {
      for (const operation of [[paste], [{ d: paste.length }]]) {
        await ask(ada, 'collaboration_operation', { room_id, operation, sequence: ++sequence });
      }
    }
    const before = await resident(server);
    const head = await ask(ada, 'get_room_state', { room_id });
    assert.equal(epoch, '');
    const readers = Array.from({ length: 20 }, async (_, index) => {
      const viewer = await RawClient.connect(server, token({ sub: `viewer-${index}`, rooms: { '*': 'viewer' } }));
      await ask(viewer, 'join_room', { room_id });
      const since = (revision: number) => ({ epoch: head.epoch, revision });
      const read = (revision: number, limit: number) =>
        ask(viewer, 'get_operations', { room_id, since: since(revision), limit });
      const [one, many] = [await read(head.revision - 100, 1), await read(head.revision - 100, 500)];
      assert.deepEqual([one.operations?.length, one.more], [1, true]);
      assert.deepEqual([many.operations?.length, many.more], [16, true]);
      assert.equal((await read(1, 1)).document?.content, '');
      const joined = await ask(viewer, 'join_room', { room_id, since: since(head.revision - 100) });
      assert.deepEqual([joined.recovered, joined.document?.content], [false, '']);
      const again = await ask(viewer, 'join_room', { room_id, since: since(head.revision - 4) });
      assert.deepEqual([again.recovered, again.operations?.length], [true, 4]);
    });
    await Promise.all(readers);
    const grown = (await resident(server)) - before;
    assert.ok(grown < 256 * 2 ** 20, `${grown} bytes more`);
  }).timeout(60_000);
});

interface Answer {
  ok: boolean;
  epoch: string;
  revision: number;
  recovered?: boolean;
  more?: boolean;
  operations?: unknown[];
  document?: { content: string };
}

async function ask(client: RawClient, event: string, payload: unknown): Promise<Answer> {
  const answer = (await client.ask(event, payload)) as Answer;
  assert.ok(answer.ok, JSON.stringify(answer).slice(0, 200));
  return answer;
}

/** Bytes that a server's process has in memory. */
async function resident({ url }: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(metrics)?.[1]);
}
