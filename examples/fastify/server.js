/** Songs beside the routes of Fastify. */
import fastify from 'fastify';
import { attach } from 'tutti/server';

const app = fastify();
app.get('/', async () => 'Hello from the application');

// Without a secret it is a demo: the page at /tutti is everybody's.
const songs = await attach(app.server, { basePath: '/tutti', jwtSecret: process.env.JWT_SECRET });
app.addHook('preClose', () => songs.close());

await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`listening on ${songs.url}`);

process.once('SIGTERM', () => app.close());
