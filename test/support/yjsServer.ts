/** A server with rooms of Yjs, as an application would write it: a process of its own for the tests. */
import { createCollaborationServer } from '../../server/index.ts';
import { yjs } from '../../server/yjs/index.ts';

const { PORT = '0', JWT_SECRET, DATA_DIR, REDIS_URL } = process.env;
const server = await createCollaborationServer({
  kinds: { note: yjs() },
  host: '127.0.0.1',
  port: Number(PORT),
  jwtSecret: JWT_SECRET,
  logLevel: 'warn',
  drainMs: 0,
  // Many share one address.
  ...{
    limitConnections: '0',
    limitJoins: '0',
    limitOperations: '0',
    limitCursors: '0',
    limitRooms: '0',
    limitClients: '0',
  },
  ...(REDIS_URL ? { redisUrl: [REDIS_URL] } : { dataDir: DATA_DIR }),
});
console.log(`listening on ${server.url}`);
