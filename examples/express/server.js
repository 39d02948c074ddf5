/** Songs beside the routes of Express. */
import { createServer } from 'node:http';
import express from 'express';
import { attach } from 'tutti/server';

const app = express();
app.get('/', (_, response) => response.send('Hello from the application'));

const http = createServer(app);
// Without a secret it is a demo: the page at /tutti is everybody's.
const songs = await attach(http, { basePath: '/tutti', jwtSecret: process.env.JWT_SECRET });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  http.close();
});
