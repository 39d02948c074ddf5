import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createCollaborationServer } from '../../server/server.ts';

/**
 * A server in a process of its own whose application keeps documents in a file, a line for each: its argument.
 * SEED is what it has of every song. A store takes STORE_MS, and its line says that it has begun, and then that it is done.
 */
const [, , file = ''] = process.argv;
const { REDIS_URL, DATA_DIR, JWT_SECRET, SEED, STORE_MS = '0', NAME = '' } = process.env;

function keep(line: object): void {
  appendFileSync(file, `${JSON.stringify({ by: NAME, ...line })}\n`);
}

const server = await createCollaborationServer({
  port: 0,
  host: '127.0.0.1',
  jwtSecret: JWT_SECRET,
  redisUrl: REDIS_URL,
  dataDir: DATA_DIR,
  logLevel: 'warn',
  drainMs: 0,
  limitOperations: '0',
  limitClients: '0',
  storeAfterMs: 100,
  storeEveryMs: 400,
  async loadDocument({ room_id }) {
    keep({ loads: room_id });
    await wait(20);
    return SEED;
  },
  async storeDocument({ room_id, epoch, revision, content }) {
    keep({ begins: room_id, epoch, revision });
    await wait(Number(STORE_MS));
    keep({ stores: room_id, epoch, revision, content });
  },
});
console.log(`listening on ${server.url}`);
process.once('SIGTERM', () => void server.close());
