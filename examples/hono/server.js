/** Songs beside the routes of Hono. */
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { attach } from 'tutti/server';

const app = new Hono();
app.get('/', (context) => context.text('Hello from the application'));

const http = createAdaptorServer({ fetch: app.fetch });
// Without a secret it is a demo: the page at /tutti is everybody's.
const songs = await attach(http, { basePath: '/tutti', jwtSecret: process.env.JWT_SECRET });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  http.close();
});
