import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import { addresses, networks, tokenOf, viewer } from './attacker.ts';
import { continually, steadily, together } from './pace.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that names a key which nobody has, signed by nobody. */
function forged(kid: string): string {
  return `${part({ alg: 'RS256', kid })}.${part({ sub: 'eve' })}.${Buffer.alloc(256).toString('base64url')}`;
}

/** A token of the right form and length that is signed with another secret. */
function mistaken(length: number): string {
  const content = `${part({ alg: 'HS256' })}.${part({ sub: 'eve', padding: 'x'.repeat(length) })}`;
  return `${content}.${createHmac('sha256', 'another secret').update(content).digest('base64url')}`;
}

export const handshakes: Attack[] = [
  {
    name: 'unknown-kids',
    surroundings: { jwks: true },
    least: 12,
    run: (attacker, signal) =>
      steadily(2, signal, (count) =>
        attacker.request({ method: 'POST', path: '/api/v1/guests', token: forged(`k${count}`), body: guest }),
      ),
  },
  {
    name: 'unknown-kids-in-handshakes',
    surroundings: { jwks: true },
    least: 12,
    run: (attacker, signal) =>
      steadily(2, signal, async (count) => {
        const connection = await attacker.open();
        connection.send(`40${JSON.stringify({ token: forged(`k${count}`) })}`);
        await connection.closed;
      }),
  },
  {
    name: 'unknown-kids-at-200',
    surroundings: { jwks: true },
    least: 12,
    run: (attacker, signal) =>
      steadily(200, signal, (count) =>
        attacker.request({ method: 'POST', path: '/api/v1/guests', token: forged(`k${count}`), body: guest }),
      ),
  },
  {
    name: 'bad-tokens',
    run: (attacker, signal) =>
      steadily(200, signal, () => attacker.request({ method: 'GET', path: '/api/v1/status', token: mistaken(9_000) })),
  },
  {
    name: 'bad-tokens-in-handshakes',
    run: (attacker, signal) =>
      together(20, signal, async () => {
        const connection = await attacker.open().catch(() => pause(50));
        for (let attempt = 0; connection?.isOpen && attempt < 10; attempt++) {
          connection.send(`40${JSON.stringify({ token: mistaken(11_000) })}`);
          await connection.drained(0);
        }
        connection?.end();
      }),
  },
  {
    name: 'twenty-times-and-again',
    run: (attacker, signal) =>
      continually(signal, async () => {
        const eve = await attacker.enter('eve').catch(() => pause(100));
        const piece = '42["cursor_update",{"room_id":"song:x","position":1}]';
        // 1 MB/s.
        while (eve?.isOpen && !signal.aborted) {
          for (let sent = 0; sent < 10_000; sent += piece.length) eve.send(piece);
          await pause(10);
        }
      }),
  },
  {
    name: 'large-twenty-times-and-again',
    run: (attacker, signal) =>
      continually(signal, async () => {
        const eve = await attacker.enter('eve').catch(() => pause(100));
        const payload = { room_id: 'song:x', operation: ['x'.repeat(100_000)] };
        while (eve?.isOpen && !signal.aborted) {
          eve.emit('collaboration_operation', payload);
          await pause(100);
        }
      }),
  },
  {
    name: 'connect-in-a-loop',
    run: (attacker, signal) =>
      together(10, signal, async (index) => {
        const eve = await attacker.enter(`eve-${index}`).catch(() => pause(50));
        eve?.end();
      }),
  },
  {
    name: 'arrivals-from-8-addresses',
    run: (attacker, signal) =>
      together(16, signal, (index) => attacker.open({ localAddress: addresses[index % 8] }).catch(() => pause(20))),
  },
  {
    name: 'arrivals-from-a-slash-61',
    surroundings: { environment: { TRUST_PROXY_HOPS: '1' } },
    run: (attacker, signal) =>
      together(16, signal, (index) =>
        attacker.open({ headers: { 'X-Forwarded-For': networks[index % 8] ?? '' } }).catch(() => pause(20)),
      ),
  },
  {
    name: 'users-from-8-addresses',
    run: (attacker, signal) =>
      together(16, signal, (index) =>
        attacker.enter(`eve-${Math.random()}`, viewer, { localAddress: addresses[index % 8] }).catch(() => pause(20)),
      ),
  },
  {
    name: 'half-handshakes-from-8-addresses',
    async run(attacker, signal) {
      const head = 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n';
      await steadily(400, signal, (count) => attacker.write(attacker.tcp(addresses[count % 8]), head));
    },
  },
  {
    name: 'polling-sessions-from-8-addresses',
    run: (attacker, signal) =>
      steadily(400, signal, (count) =>
        attacker.request({
          method: 'GET',
          path: '/socket.io/?EIO=4&transport=polling',
          localAddress: addresses[count % 8] ?? '',
        }),
      ),
  },
  {
    name: 'authenticate-in-a-loop',
    async run(attacker, signal) {
      const eve = await attacker.enter('eve');
      await together(20, signal, () => eve.ask('authenticate', { token: tokenOf('eve') }));
    },
  },
  {
    name: 'authenticate-with-bad-tokens',
    async run(attacker, signal) {
      const eve = await attacker.enter('eve');
      const token = mistaken(11_000);
      await together(20, signal, () => eve.ask('authenticate', { token }));
    },
  },
];

const guest = JSON.stringify({ key: 'k'.repeat(16), name: 'Eve' });
