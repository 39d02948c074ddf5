import assert from 'node:assert/strict';
import { cleanup } from '../support/cleanup.ts';
import { type ServerProcess, startServer, temporaryDirectory } from '../support/process.ts';
import { Random } from '../support/random.ts';
import { type Client, connect, request, secret } from '../support/server.ts';

const room_id = 'song:burst';
const rounds = 20;

/** Someone who writes marks, each under the next sequence, and knows which were acknowledged. */
class Writer {
  readonly name: string;
  readonly acknowledged: { mark: string; sequence: number; revision: number }[] = [];
  #client: Client | undefined;
  #sequence = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Joins, and sends the last operation again, whether it was acknowledged or not. */
  async join(server: ServerProcess): Promise<void> {
    this.#client = await connect(server, { sub: this.name });
    const state = await request(this.#client, 'join_room', { room_id, client_id: this.name });
    const last = this.acknowledged.at(-1);
    assert.ok(state.sequence >= (last?.sequence ?? 0), 'an acknowledged sequence is remembered');
    assert.ok(state.sequence <= this.#sequence, 'no sequence is remembered that was not sent');
    if (this.#sequence === 0) return;
    const revision = await this.#send(this.#sequence);
    if (last?.sequence === this.#sequence) assert.equal(revision, last.revision);
    else this.#acknowledge(revision);
  }

  /** Writes until the connection ends. */
  async burst(): Promise<void> {
    while (this.#client?.connected) {
      this.#sequence += 1;
      try {
        this.#acknowledge(await this.#send(this.#sequence));
      } catch (error) {
        if (this.#client.connected) throw error;
      }
    }
  }

  #acknowledge(revision: number): void {
    this.acknowledged.push({ mark: this.#mark(this.#sequence), sequence: this.#sequence, revision });
  }

  #mark(sequence: number): string {
    return `<${this.name}${sequence}>`;
  }

  async #send(sequence: number): Promise<number> {
    const client = this.#client;
    if (!client) throw new Error('not joined');
    const ended = new Promise<never>((_, reject) => client.once('disconnect', reject));
    const sent = request(client, 'collaboration_operation', { room_id, operation: [this.#mark(sequence)], sequence });
    return (await Promise.race([sent, ended])).revision;
  }
}

describe('kill -9', () => {
  it(`in the middle of a burst of four writers, ${rounds} times: every acknowledged operation is there once`, async function () {
    this.timeout(180_000);
    const random = new Random();
    const environment = {
      DATA_DIR: temporaryDirectory(),
      JWT_SECRET: secret,
      LIMIT_OPERATIONS: '0',
      LIMIT_JOINS: '0',
      LOG_LEVEL: 'warn',
    };
    const writers = ['a', 'b', 'c', 'd'].map((name) => new Writer(name));
    let acknowledged = 0;
    for (let round = 0; round <= rounds; round++) {
      const server = await startServer(environment);
      cleanup(() => server.kill());
      for (const writer of writers) await writer.join(server);
      const reader = await connect(server, { sub: 'reader' });
      const { document, revision } = await request(reader, 'join_room', { room_id });
      const marks = String(document?.content).match(/<[^<>]+>/g) ?? [];
      assert.equal(new Set(marks).size, marks.length, `a mark stands twice (SEED=${random.seed})`);
      const there = new Set(marks);
      for (const { mark, revision: landed } of writers.flatMap(({ acknowledged }) => acknowledged)) {
        assert.ok(there.has(mark), `${mark} was acknowledged and is lost (SEED=${random.seed})`);
        assert.ok(landed <= revision);
      }
      assert.equal(marks.length, revision, 'every revision is a mark');
      if (round === rounds) break;
      const bursts = writers.map((writer) => writer.burst());
      const before = acknowledged;
      while (acknowledged === before) {
        await new Promise((resolve) => setTimeout(resolve, random.between(1, 250)));
        acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged.length, 0);
      }
      await server.kill();
      await Promise.all(bursts);
    }
    assert.ok(acknowledged > rounds);
  });
});
