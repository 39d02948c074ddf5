/** Songs beside the pages of Next.js: its custom server. */
import { createServer } from 'node:http';
import next from 'next';
import { attach } from 'tutti/server';
import { secret } from './secret.js';

const app = next({ dev: process.argv.includes('--dev') });
await app.prepare();
const handle = app.getRequestHandler();
const http = createServer((request, response) => handle(request, response));

const songs = await attach(http, { basePath: '/tutti', jwtSecret: secret });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  http.close();
  await app.close();
});
