import assert from 'node:assert/strict';
import { createGuard } from '../../server/watch/guard.ts';
import { captured } from '../support/logger.ts';
import { until } from '../support/until.ts';

describe('a listener behind the guard', () => {
  it('is called as it is', () => {
    const { lines, logger } = captured();
    const heard: unknown[] = [];
    createGuard(logger)((...args: unknown[]) => heard.push(...args))(1, 'x');
    assert.deepEqual([heard, lines], [[1, 'x'], []]);
  });

  it('may throw: that is logged, what it left is put right, and the caller goes on', () => {
    const { lines, logger } = captured();
    const closed: number[] = [];
    const listener = createGuard(logger)(
      (_socket: number) => {
        throw new URIError('URI malformed');
      },
      (socket) => void closed.push(socket),
    );
    listener(7);
    assert.deepEqual([lines.length, lines[0]?.msg, closed], [1, 'a listener failed', [7]]);
  });

  it('may reject, which is the same', async () => {
    const { lines, logger } = captured();
    const closed: number[] = [];
    createGuard(logger)(
      async (_socket: number) => {
        throw new Error('later');
      },
      (socket) => void closed.push(socket),
    )(7);
    await until(() => closed.length > 0);
    assert.match(JSON.stringify(lines), /later/);
  });
});
