import type { Attack } from './attack.ts';
import { type Attacker, tokenOf } from './attacker.ts';
import type { Connection } from './connection.ts';
import { continually } from './pace.ts';

/** How it listens to what its packets are answered. */
type Reading = 'reading' | 'deaf';
type Come = (attacker: Attacker) => Promise<Connection>;

const anybody: Come = (attacker) => attacker.open();
let users = 0;
const user: Come = (attacker) => attacker.enter(`eve-${users++ % 10}`);

/** Sends packets as fast as they are taken, over so many connections; whoever is cut off comes back. */
function flood(
  name: string,
  come: Come,
  packets: readonly (string | Buffer)[],
  readings: Reading[],
  connections: readonly number[] = [1, 2],
): Attack[] {
  return readings.flatMap((reading) =>
    connections.map(
      (many): Attack => ({
        name: `${name}-${reading}-${many}`,
        run: (attacker, signal) =>
          Promise.all(
            Array.from({ length: many }, () =>
              continually(signal, async () => {
                const connection = await come(attacker).catch(() => undefined);
                if (!connection) return;
                if (reading === 'deaf') connection.stopReading();
                while (connection.isOpen && !signal.aborted) {
                  for (let burst = 0; burst < 200; burst++) for (const packet of packets) connection.send(packet);
                  await connection.drained();
                }
              }),
            ),
          ),
      }),
    ),
  );
}

const both: Reading[] = ['deaf', 'reading'];
const announced = '451-["broadcast_message",{"room_id":"song:x","message":{"_placeholder":true,"num":0}}]';
const tenAnnounced = announced.replace('451', '4510');

const keysOf = (many: number) => `42["ping",{${Array.from({ length: many }, (_, at) => `"k${at}":1`)}}]`;

export const packets: Attack[] = [
  ...flood('unknown-namespace', anybody, ['40/x,'], both),
  ...flood('unknown-namespace-of-user', user, ['40/x,'], both),
  ...flood('long-namespace', anybody, [`40/${'x'.repeat(10_000)},`], both),
  ...flood('noops', anybody, ['6'], ['deaf']),
  ...flood('pings', anybody, ['2'], both),
  ...flood('pongs', user, ['3'], ['deaf']),
  ...flood('websocket-text-of-nothing', user, [''], ['deaf']),
  ...flood('disconnect-and-connect', anybody, ['41', `40${JSON.stringify({ token: tokenOf('eve') })}`], both),
  ...flood('connect-without-token', anybody, ['40{}'], both),
  ...flood('acknowledgements', user, ['4399[{"ok":true}]'], ['deaf']),
  ...flood('placeholders', user, [announced, Buffer.alloc(1)], both),
  ...flood(
    'large-attachments',
    user,
    [tenAnnounced, ...Array.from({ length: 9 }, () => Buffer.alloc(500_000))],
    ['deaf'],
  ),
  ...flood('events-without-callback', user, ['42["ping",{}]'], both),
  ...flood('events-with-callback', user, ['421["ping",{}]'], both),
  ...flood('unknown-events', user, ['42["nothing",{}]'], both),
  ...flood('large-unknown-events', user, [`42["nothing","${'x'.repeat(500_000)}"]`], ['deaf']),
  ...flood('deep-json', user, [`42["ping",${'['.repeat(100_000)}${']'.repeat(100_000)}]`], ['deaf']),
  ...flood('many-keys', user, [keysOf(30_000)], ['deaf']),
  ...flood('dear-lists', user, [`42["nothing",[${Array(100_000).fill('[]')}]]`], ['deaf'], [10]),
  ...flood('dear-keys', user, [keysOf(30_000)], ['deaf'], [10]),
  ...flood('dearest-keys', user, [keysOf(140_000)], ['reading'], [10]),
  {
    name: 'websocket-pings-deaf-2',
    run: (attacker, signal) =>
      Promise.all(
        Array.from({ length: 2 }, () =>
          continually(signal, async () => {
            const connection = await anybody(attacker);
            connection.stopReading();
            while (connection.isOpen && !signal.aborted) {
              for (let burst = 0; burst < 200; burst++) {
                attacker.meter.messages += 1;
                attacker.meter.bytes += 125;
                if (connection.isOpen) connection.socket.ping('x'.repeat(125));
              }
              await connection.drained();
            }
          }),
        ),
      ),
  },
  {
    name: 'websocket-fragments',
    run: (attacker, signal) =>
      continually(signal, async () => {
        const connection = await anybody(attacker);
        while (connection.isOpen && !signal.aborted) {
          for (let burst = 0; burst < 200; burst++) {
            attacker.meter.messages += 1;
            attacker.meter.bytes += 7;
            if (connection.isOpen) connection.socket.send('x', { fin: false });
          }
          await connection.drained();
        }
      }),
  },
  {
    name: 'polling',
    async run(attacker, signal) {
      const path = '/socket.io/?EIO=4&transport=polling';
      await continually(signal, async () => {
        await attacker.request({ method: 'GET', path });
        await attacker.request({ method: 'POST', path: `${path}&sid=x`, body: '40\u001e'.repeat(10_000) });
      });
    },
  },
  {
    name: 'polling-packets',
    run: (attacker, signal) =>
      Promise.all(
        Array.from({ length: 2 }, () =>
          continually(signal, async () => {
            const path = '/socket.io/?EIO=4&transport=polling';
            const opened = await fetch(`${attacker.url}${path}`).then((response) => response.text());
            const sid = /"sid":"([^"]+)"/.exec(opened)?.[1];
            const body = Array.from({ length: 100_000 }, () => '40/x,').join('\u001e');
            // It never polls, so what it is answered waits.
            for (let status = 200; status === 200 && sid && !signal.aborted; ) {
              status = await attacker.request({ method: 'POST', path: `${path}&sid=${sid}`, body });
            }
          }),
        ),
      ),
  },
];
