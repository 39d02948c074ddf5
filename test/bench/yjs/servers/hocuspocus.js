/** Hocuspocus as it comes, without anything that stores: its SQLite extension has to be compiled where it is installed. */
import { Server } from '@hocuspocus/server';

const server = new Server({ port: 0, address: '127.0.0.1', quiet: true });
await server.listen();
console.log(`listening on http://127.0.0.1:${server.address.port}`);
