import type { Attack } from './attack.ts';
import { viewer } from './attacker.ts';
import { steadily, together } from './pace.ts';

/** What makes an application's own services be told, or asked, who do not answer. */
const events = (kind: 'answers' | 'hangs'): Attack[] => [
  {
    name: `webhooks-of-comings-and-goings-${kind}`,
    surroundings: { webhooks: kind },
    async run(attacker, signal) {
      const users = await Promise.all(Array.from({ length: 10 }, (_, at) => attacker.enter(`eve-${at}`)));
      let rooms = 0;
      await together(users.length, signal, async (at) => {
        const room_id = `song:${'x'.repeat(100)}${rooms++ % 50}`;
        await users[at]?.ask('join_room', { room_id });
        await users[at]?.ask('leave_room', { room_id });
      });
    },
  },
  {
    name: `webhooks-of-users-${kind}`,
    surroundings: { webhooks: kind },
    async run(attacker, signal) {
      let users = 0;
      await together(5, signal, async () => {
        const eve = await attacker.enter(`eve-${users++ % 200}`, viewer).catch(() => undefined);
        eve?.end();
      });
    },
  },
  {
    name: `webhooks-of-edits-${kind}`,
    surroundings: { webhooks: kind },
    async run(attacker, signal) {
      const writers = await Promise.all(
        Array.from({ length: 10 }, (_, at) => attacker.join(`eve-${at}`, `song:${at}`)),
      );
      await steadily(200, signal, (count) =>
        writers[count % 10]?.emit('collaboration_operation', {
          room_id: `song:${count % 10}`,
          operation: ['x'.repeat(1_000)],
        }),
      );
    },
  },
];

/** Tokens that no key has signed, for AUTHENTICATE_URL to say whose they are. */
const opaque = (kind: 'answers' | 'hangs'): Attack[] => [
  {
    name: `opaque-tokens-${kind}`,
    surroundings: { authenticate: kind },
    run: (attacker, signal) =>
      steadily(200, signal, (count) =>
        attacker.request({ method: 'GET', path: '/api/v1/status', token: `${'t'.repeat(10_000)}${count}` }),
      ),
  },
  {
    name: `opaque-tokens-in-handshakes-${kind}`,
    surroundings: { authenticate: kind },
    run: (attacker, signal) =>
      together(20, signal, async (at) => {
        const connection = await attacker.open().catch(() => undefined);
        connection?.send(`40${JSON.stringify({ token: `${'t'.repeat(10_000)}${at}` })}`);
        await Promise.race([connection?.closed, new Promise((resolve) => setTimeout(resolve, 200))]);
        connection?.end();
      }),
  },
];

export const webhooks: Attack[] = [...events('answers'), ...events('hangs'), ...opaque('answers'), ...opaque('hangs')];
