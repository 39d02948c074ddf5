/** Socket.IO's administration beside songs: https://admin.socket.io shows who is connected. */
import { createServer } from 'node:http';
import { instrument } from '@socket.io/admin-ui';
import { Server } from 'socket.io';
import { createCollaborationServer } from 'tutti/server';

const http = createServer((_, response) => response.end('Hello from the application'));
const io = new Server(http, { cors: { origin: 'https://admin.socket.io', credentials: true } });
// For everybody who reaches it: set a password before anyone else does.
instrument(io, { auth: false });

const songs = await createCollaborationServer({ io, server: http, jwtSecret: process.env.JWT_SECRET });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  await io.close();
});
