/** Socket.IO's chat, in which nobody needs a token, and songs on the same Socket.IO. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { createCollaborationServer } from 'tutti/server';

const http = createServer((_, response) => response.end('Hello from the application'));
const io = new Server(http);
io.on('connection', (socket) => {
  socket.on('chat message', (text) => io.emit('chat message', text));
});

// Songs are in the namespace /tutti: connect(url, { namespace: '/tutti' }). What is asked over HTTP is under /tutti.
const songs = await createCollaborationServer({ io, server: http, jwtSecret: process.env.JWT_SECRET });

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  await io.close();
});
