import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';

/**
 * Below the ports that systems give to whoever connects: nobody takes one of these while its server restarts. And above
 * 10,080, which fetch() and browsers refuse.
 */
const lowest = 10_081;
const highest = 32_000;

/** How far a Redis node's bus is above its port. */
const busOffset = 10_000;

/**
 * Where test processes, of whatever checkout, tell each other which ports they have: a lock on byte n of this file is for
 * port n. The operating system holds the locks and drops them with the process, however that ends.
 */
const reservations = openSync(join(tmpdir(), `tutti-ports-${userInfo().username}`), 'a+');

/** Those of this process, which its own locks do not keep out. */
const reserved = new Set<number>();

/** A port that nobody listens on now, and that no other test is given while this process lives. */
export function freePort(): Promise<number> {
  return reserve([0]);
}

/** A port for a node of a Redis cluster: that of its bus is free and reserved as well. */
export function freeNodePort(): Promise<number> {
  return reserve([0, busOffset]);
}

/** A port that is free with those so much above it. One that is not stays reserved, so that it is not tried again. */
async function reserve(offsets: number[]): Promise<number> {
  const size = highest - lowest - Math.max(...offsets);
  const first = Math.floor(Math.random() * size);
  for (let tried = 0; tried < size; tried++) {
    const port = lowest + ((first + tried) % size);
    const ports = offsets.map((offset) => port + offset);
    if (!ports.every(take)) continue;
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no port is free from ${lowest} to ${highest}`);
}

function take(port: number): boolean {
  if (reserved.has(port) || !tryLock(reservations, port, 1)) return false;
  reserved.add(port);
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
