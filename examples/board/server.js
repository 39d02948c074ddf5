/** A party that many plan at once: its rooms are boards, `plan:<id>`. */
import { createServer } from 'node:http';
import express from 'express';
import jwt from 'jsonwebtoken';
import { board } from 'tutti/board';
import { attach } from 'tutti/server';

const jwtSecret = process.env.JWT_SECRET ?? 'a secret that is for trying out alone';

const app = express();
app.use(express.static('dist'));
// Who one is: here whoever one says, elsewhere the user of the session.
app.get('/token', ({ query: { name = 'Guest' } }, response) => {
  response.send(jwt.sign({ sub: name, name, rooms: { 'plan:*': 'editor' } }, jwtSecret, { expiresIn: '1h' }));
});

const http = createServer(app);
const kinds = { plan: { type: board } };
const tutti = await attach(http, { basePath: '/tutti', jwtSecret, redisUrl: process.env.REDIS_URL, kinds });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${tutti.url}`));

process.once('SIGTERM', async () => {
  await tutti.close();
  http.close();
});
