/** A server with rooms of events, as an application would write it: a process of its own for the tests. */
import { createCollaborationServer } from '../../server/index.ts';
import { ticks } from './ticks.ts';

const { JWT_SECRET, REDIS_URL = '' } = process.env;
const server = await createCollaborationServer({
  kinds: { ticks: { type: ticks } },
  host: '127.0.0.1',
  port: 0,
  jwtSecret: JWT_SECRET,
  redisUrl: [REDIS_URL],
  logLevel: 'fatal',
  limitConnections: '0',
  limitJoins: '0',
  limitOperations: '0',
  limitBytes: '0',
  limitClients: '0',
});
console.log(`listening on ${server.url}`);
