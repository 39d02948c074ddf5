/** Editors that are bound to documents of Yjs: its rooms are `note:<id>`. */
import { createServer } from 'node:http';
import express from 'express';
import jwt from 'jsonwebtoken';
import { attach } from 'tutti/server';
import { yjs } from 'tutti/yjs-server';

const jwtSecret = process.env.JWT_SECRET ?? 'a secret that is for trying out alone';

const app = express();
app.use(express.static('dist', { extensions: ['html'] }));
// Who one is: here whoever one says, elsewhere the user of the session.
app.get('/token', ({ query: { name = 'Guest' } }, response) => {
  response.send(jwt.sign({ sub: name, name, rooms: { 'note:*': 'editor' } }, jwtSecret, { expiresIn: '1h' }));
});
app.get('/', (_, response) => response.redirect('/tiptap'));

const http = createServer(app);
const kinds = { note: yjs() };
const tutti = await attach(http, { basePath: '/tutti', jwtSecret, redisUrl: process.env.REDIS_URL, kinds });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${tutti.url}`));

process.once('SIGTERM', async () => {
  await tutti.close();
  http.close();
});
