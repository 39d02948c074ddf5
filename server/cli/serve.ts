import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import { isDemo } from '../access/demo.ts';
import { signToken } from '../access/signing.ts';
import type { CollaborationServer } from '../application.ts';
import { type Config, configFromEnvironment, pathsOf } from '../config.ts';
import { startServer } from '../server.ts';
import { version } from '../version.ts';

export const serveCommand = new Command('serve')
  .description('Start the server. The environment configures it: see the table in README.md.')
  .option('-p, --port <number>', 'where to listen, 0 picks a free port (default: PORT, or 3000)')
  .option('-d, --data-dir <folder>', 'where rooms are kept (default: DATA_DIR, or ./data)')
  .addHelpText('after', '\nExample:\n  JWT_SECRET=$(openssl rand -hex 32) tutti serve --port 8080')
  .action(serve);

/**
 * How much the heap may grow before V8 collects what is old, in percent of what is in use. By its own rule that is up to three
 * times as much, and large answers would stay as garbage for 100 MB and more. An application that embeds the server decides itself.
 */
const heapGrowth = 50;

async function serve({ port, dataDir }: { port?: string; dataDir?: string }): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  const config = configFromEnvironment({
    ...process.env,
    ...(port !== undefined && { PORT: port }),
    ...(dataDir !== undefined && { DATA_DIR: dataDir }),
  });
  // Who started it may have stopped reading.
  process.stdout.on('error', () => {});
  const server = await startServer(config);
  console.log(`tutti ${version}, rooms are kept in ${config.redisUrl ? 'Redis' : config.dataDir}`);
  console.log(`listening on ${server.url}`);
  if (isDemo(config)) welcomeToDemo(server.url, config);
  closeOnSignal(server);
  // Nothing can be brought into the log any more, so there is nothing to close in order.
  server.failed.then((reason) => {
    console.error(`tutti: ${reason}; the process ends, and is to be started again`);
    process.exit(1);
  });
}

/** Says loudly that everybody may come in, and what to try. */
function welcomeToDemo(url: string, config: Config): void {
  const token = signToken(config, { sub: 'demo', name: 'Demo', rooms: { '*': 'host' } });
  const { basePath, socketPath } = pathsOf(config);
  const here = url.replace('0.0.0.0', 'localhost').replace('[::]', 'localhost');
  console.log(`
Open ${here}${basePath} in two windows, and write.

DEMO MODE: neither JWT_SECRET nor JWT_PUBLIC_KEY is set. Whoever opens that page, or has this token, may do
everything; it is signed with a secret in ${config.dataDir} and works until that is deleted.

  ${token}

Join a song with it, in a second terminal in this folder:

  node -e 'require("socket.io-client").io("${here}", { ${basePath && `path: "${socketPath}", `}auth: { token: "${token}" } })
    .on("connected", function () { this.emit("join_room", { room_id: "song:hello" }) }).onAny(console.log)'

A token for someone else:  npx tutti token --sub ada --rooms 'song:*=editor'
`);
}

/** Stops in order at the first signal, and at once at the second. */
function closeOnSignal(server: CollaborationServer): void {
  let closing = false;
  const close = () => {
    if (closing) process.exit(1);
    closing = true;
    server
      .close()
      .catch((error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      })
      // What nobody reads of standard output and error would keep the process.
      .finally(() => setTimeout(() => process.exit(), 500).unref());
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
