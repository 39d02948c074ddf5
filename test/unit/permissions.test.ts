import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { pino } from 'pino';
import { Bans } from '../../server/access/bans.ts';
import type { Identity } from '../../server/access/identity.ts';
import { Invitations } from '../../server/access/invitations.ts';
import { type Decided, Permissions } from '../../server/access/permissions.ts';
import { configFromOptions } from '../../server/config.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { createGuard } from '../../server/watch/guard.ts';
import { cleanup } from '../support/cleanup.ts';
import { kinds } from '../support/kinds.ts';
import { until } from '../support/until.ts';

describe('deciding roles again', () => {
  it('goes on with the next look when one has thrown, and the process with it', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    cleanup(() => mock.timers.reset());
    const lines: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const log = createMemoryLog();
    const invitations = new Invitations(log, () => undefined);
    cleanup(() => invitations.close());
    const asked: string[] = [];
    const permissions = new Permissions({
      config: configFromOptions({ jwtSecret: 'a secret that only this test knows' }),
      hook: ({ user_id }) => {
        asked.push(user_id);
        return 'viewer';
      },
      kinds,
      bans: new Bans(log, () => {}),
      invitations,
      guard: createGuard(logger),
      onError: assert.fail,
    });
    const identity: Identity = { user_id: 'ann', name: 'Ann', org_id: '', rooms: {}, scopes: [], expires_at: null };
    const membership = { room_id: 'song:1', isDecided: true, update: () => {}, withdraw: assert.fail } as const;
    const connection: Decided = { identity, memberships: [membership] };
    let looks = 0;
    permissions.watch({
      [Symbol.iterator]() {
        looks += 1;
        if (looks === 1) throw new Error('a bug');
        return [connection].values();
      },
    });
    cleanup(() => permissions.close());
    mock.timers.tick(20_000);
    await until(() => lines.some((line) => line.includes('a bug')));
    mock.timers.tick(20_000);
    await until(() => asked.length === 1);
    assert.deepEqual(asked, ['ann']);
  });
});
