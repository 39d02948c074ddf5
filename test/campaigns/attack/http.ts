import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import { type Attacker, host, tokenOf } from './attacker.ts';
import { steadily } from './pace.ts';

const megabyte = 2 ** 20;
const polling = '/socket.io/?EIO=4&transport=polling';
const chunk = Buffer.alloc(64 * 1024, 'x');

interface Body {
  method?: string;
  /** Of each request anew. */
  path(attacker: Attacker): string | Promise<string>;
  bearer?: string;
  chunked: boolean;
  /** What its bytes are. */
  of?: Buffer;
}

/** Sends a body of 600 MB, as fast as it is taken; then the next. */
async function pour(
  attacker: Attacker,
  signal: AbortSignal,
  { method = 'POST', path, bearer, chunked, of = chunk }: Body,
) {
  while (!signal.aborted) {
    const asked = await path(attacker);
    const socket = attacker.tcp();
    const length = 600 * megabyte;
    const token = bearer === undefined ? '' : `Authorization: Bearer ${bearer}\r\n`;
    const form = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
    attacker.write(
      socket,
      `${method} ${asked} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${token}${form}\r\n\r\n${chunked ? '' : '"'}`,
    );
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const piece = chunked ? Buffer.concat([Buffer.from(`${of.length.toString(16)}\r\n`), of, Buffer.from('\r\n')]) : of;
    for (let sent = 0; sent < length && !signal.aborted && socket.writable; sent += of.length) {
      if (!attacker.write(socket, piece)) {
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed, pause(1_000)]);
      }
    }
    socket.destroy();
    await pause(10);
  }
}

function bodies(name: string, to: string | Pick<Body, 'method' | 'path'>, bearer?: () => string): Attack[] {
  const target = typeof to === 'string' ? { path: () => to } : to;
  return [true, false].map((chunked) => ({
    name: `${name}-${chunked ? 'chunked' : 'with-length'}`,
    run: (attacker, signal) =>
      Promise.all(
        Array.from({ length: 4 }, () =>
          pour(attacker, signal, { ...target, chunked, ...(bearer && { bearer: bearer() }) }),
        ),
      ),
  }));
}

/** Where a session of Engine.IO posts, which nobody has signed in to. */
async function ofSession(attacker: Attacker): Promise<string> {
  const opened = await fetch(`${attacker.url}${polling}`).then((response) => response.text());
  return `${polling}&sid=${/"sid":"([^"]+)"/.exec(opened)?.[1]}`;
}

/** Connections of one address that say a little every second, and never all. */
function slow(name: string, begin: string, next: string, many: number): Attack {
  return {
    name,
    least: 6,
    async run(attacker, signal) {
      const sockets = Array.from({ length: many }, () => attacker.tcp());
      for (const socket of sockets) attacker.write(socket, begin);
      await steadily(many, signal, (count) => {
        const socket = sockets[count % many];
        if (socket?.writable) attacker.write(socket, next);
        else sockets[count % many] = attacker.tcp();
      });
    },
  };
}

/** Requests behind each other on connections that never read an answer. */
function pipelined(name: string, path: string): Attack {
  return {
    name,
    async run(attacker, signal) {
      const requests = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100);
      const sockets = Array.from({ length: 8 }, () => attacker.tcp().pause());
      const pour = async (index: number) => {
        while (!signal.aborted) {
          const socket = sockets[index];
          if (!socket?.writable) sockets[index] = attacker.tcp().pause();
          else if (!attacker.write(socket, requests)) {
            await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), pause(500)]);
          }
          await pause(1);
        }
      };
      await Promise.all(sockets.map((_, index) => pour(index)));
    },
  };
}

export const http: Attack[] = [
  ...bodies('guests-body', '/api/v1/guests'),
  ...bodies('invitation-body', '/api/v1/rooms/song:victim/invitations', () => tokenOf('eve', host)),
  ...bodies('publish-body', '/api/v1/publish'),
  ...bodies('publish-body-with-token', '/api/v1/publish', () => tokenOf('eve', { scope: 'publish' })),
  ...bodies('page-body', '/'),
  ...bodies('polling-body', polling),
  ...bodies('polling-body-of-session', { path: ofSession }),
  ...bodies('polling-body-of-get', { method: 'GET', path: () => polling }),
  slow('slow-heads', 'POST /api/v1/guests HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n', 800),
  slow('slow-bodies', 'POST /api/v1/guests HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n', ' ', 800),
  slow('silent-connections', '', '', 800),
  slow('large-heads', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(15_000)}`, 'a', 800),
  pipelined('unread-pages', '/'),
  pipelined('unread-status', '/api/v1/status'),
  pipelined('unread-metrics', '/metrics'),
];
