/** The built server with kinds of an application's own beside its own: notes of Yjs, and a feed of events. Takes DATA_DIR or REDIS_URL. */
import { setFlagsFromString } from 'node:v8';
import { z } from 'zod';

// As `tutti serve` has it.
setFlagsFromString('--heap-growing-percent=50');
const built = (module) => import(new URL(`../../../dist/${module}`, import.meta.url).href);
const [{ createCollaborationServer }, { yjs }, { defineEvents }] = await Promise.all([
  built('server/index.js'),
  built('server/yjs/index.js'),
  built('shared/documents/events.js'),
]);

const point = z.object({ x: z.number(), y: z.number(), label: z.string().regex(/^[\w -]*$/) });
const events = defineEvents({
  said: { schema: z.object({ text: z.string() }), durable: true },
  drawn: { schema: z.array(z.union([point, point.extend({ z: z.number() }), z.string().trim()])), durable: true },
  waved: { schema: z.object({ text: z.string() }) },
});

const { PORT = '0', JWT_SECRET, DATA_DIR, REDIS_URL } = process.env;
const server = await createCollaborationServer({
  kinds: { note: yjs(), stream: { type: events } },
  host: '127.0.0.1',
  port: Number(PORT),
  jwtSecret: JWT_SECRET,
  drainMs: 0,
  ...(REDIS_URL ? { redisUrl: [REDIS_URL] } : { dataDir: DATA_DIR }),
});
console.log(`listening on ${server.url}`);
