/** Songs beside the routes of a plain HTTP server. */
import { createServer } from 'node:http';
import { attach } from 'tutti/server';

const http = createServer((_, response) => response.end('Hello from the application'));

// Without a secret it is a demo: the page at /tutti is everybody's.
const songs = await attach(http, { basePath: '/tutti', jwtSecret: process.env.JWT_SECRET });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  http.close();
});
