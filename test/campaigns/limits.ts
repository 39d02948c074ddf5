/** What limits cost: the server's CPU for an operation with limits switched off, and with limits that let all through. */
import { program } from 'commander';
import { CpuClock, machine, onCore } from '../bench/machine.ts';
import { cleanUp } from '../support/cleanup.ts';
import { startServer, temporaryDirectory } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { type Client, connect, request, secret } from '../support/server.ts';

program
  .name('npx tsx test/campaigns/limits.ts')
  .description(
    'Measures the CPU of an operation with limits on against off, embedded and with Redis, run by run in turn.',
  )
  .option('-r, --runs <number>', 'how often each is measured', Number, 5)
  .option('-o, --operations <number>', 'how many operations a run has', Number, 6_000)
  .parse();

const { runs, operations } = program.opts<{ runs: number; operations: number }>();
const writers = 20;
const settings = {
  off: { LIMIT_OPERATIONS: '0' },
  on: { LIMIT_OPERATIONS: '600000/60' },
};

const redis = await startRedis(['--appendfsync', 'everysec']);
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${machine.pinning}`);
for (const [store, environment] of Object.entries({ embedded: {}, redis: { REDIS_URL: redis.url } })) {
  const figures = { off: [] as number[], on: [] as number[] };
  for (let run = 0; run < runs; run++) {
    for (const limits of ['off', 'on'] as const) {
      figures[limits].push(await measure({ ...environment, ...settings[limits] }));
    }
  }
  const [off, on] = [median(figures.off), median(figures.on)];
  console.log(`${store.padEnd(9)} ${off.toFixed(1)} µs off, ${on.toFixed(1)} µs on: ${(on / off).toFixed(3)} times`);
}
await redis.kill();

/** Microseconds of CPU for an operation: of writers in rooms of their own, each waiting for the answer before it goes on. */
async function measure(environment: NodeJS.ProcessEnv): Promise<number> {
  const base = { JWT_SECRET: secret, LIMIT_JOINS: '0', LOG_LEVEL: 'warn', DATA_DIR: temporaryDirectory() };
  const server = await startServer({ ...base, ...environment }, onCore(0));
  const clients = await Promise.all(
    Array.from({ length: writers }, (_, index) => connect(server, { sub: `u${index}` })),
  );
  for (const [index, client] of clients.entries()) await request(client, 'join_room', { room_id: `song:${index}` });
  const write = async (client: Client, index: number, count: number) => {
    for (let written = 0; written < count; written++) {
      await request(client, 'collaboration_operation', { room_id: `song:${index}`, operation: ['x'] });
    }
  };
  await Promise.all(clients.map((client, index) => write(client, index, operations / writers / 4)));
  const clock = new CpuClock(server.pid);
  const before = clock.read();
  await Promise.all(clients.map((client, index) => write(client, index, operations / writers)));
  const spent = clock.read() - before;
  await cleanUp();
  await server.kill();
  return spent / operations;
}

function median(numbers: number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
