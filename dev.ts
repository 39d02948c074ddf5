/**
 * `npm run dev`: the server from its sources, started anew whenever one of them changes, and the page from its own, which
 * Vite serves and reloads. The environment configures the server as ever.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'vite';

const page = await createServer();
await page.listen();
console.log(`
The page, as you change it: ${page.resolvedUrls?.local[0]}
The server's own address, below, has the page that was built last.
`);

// Nobody waits for it to drain: clients come back by themselves.
const env = { DRAIN_MS: '0', ...process.env };
const watch = ['node_modules/tsx/dist/cli.mjs', 'watch', '--clear-screen=false', 'server/main.ts', 'serve'];
// In a group of its own: it is told to end once, and not by the terminal and npm as well, which would cut it short.
const server = spawn(process.execPath, watch, { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => server.killed || server.kill());
await once(server, 'exit');
await page.close();
