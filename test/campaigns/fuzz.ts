/**
 * Sends 100,000 hostile payloads to a server: `npm run fuzz:server [count]`. Prints what came of it, and fails where one
 * is not answered, or where the heap afterwards is more than 5 % larger. `SEED=…` repeats a run.
 */
import { cleanUp } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { Random } from '../support/random.ts';
import { connect, request, startServer } from '../support/server.ts';
import { besiege, p99NextDoor } from '../support/siege.ts';

const count = Number(process.argv[2] ?? 100_000);
const random = new Random();
const server = await startServer();
const ada = await connect(server, { sub: 'ada' });

// Once through everything, so that what is compiled and cached by the first thousands does not count as lost.
await siege(count / 2);
const before = heapAfterCollection();
const { quiet, besieged, seconds } = await siege(count);
const after = heapAfterCollection();

console.log(`seed           ${random.seed}`);
console.log(`payloads       ${count} in ${seconds.toFixed(1)} s, each answered`);
console.log(`heap           ${megabytes(before)} before, ${megabytes(after)} after`);
console.log(
  `p99 next door  ${quiet.toFixed(1)} ms quiet, ${besieged.toFixed(1)} ms besieged, by besiegers in the same process`,
);
if (after > before * 1.05) {
  console.error('the heap has grown by more than 5 %');
  process.exitCode = 1;
}
await cleanUp();

/** Besieges a room while the one next door goes on; what was written is deleted, for it would be kept. */
async function siege(payloads: number) {
  await request(ada, 'join_room', { room_id: 'song:next-door' });
  const quiet = await p99NextDoor(ada, 1000);
  const began = performance.now();
  const ended = besiege(server, payloads, random);
  const besieged = await p99NextDoor(ada, 1000);
  await ended;
  const seconds = (performance.now() - began) / 1000;
  for (const room_id of ['song:fuzz', 'song:next-door']) {
    await call(server, `DELETE /api/v1/rooms/${room_id}`, { sub: 'root', scope: 'admin' });
  }
  return { quiet, besieged, seconds };
}

function heapAfterCollection(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
