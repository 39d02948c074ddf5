import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Faults that the project had once, as patches, and the fuzzer that each makes fail in its default runs. */
const faults = {
  'again-is-not-looked-at': 'clientFuzz',
  'brought-back-is-not-seen': 'clientFuzz',
  'client-returns-no-proof': 'clientFuzz',
  'join-is-trusted': 'clientFuzz',
  'join-overtakes': 'serverFuzz',
  'leaving-forgets-the-join': 'serverFuzz',
  'number-is-proof': 'serverFuzz',
  'pace-by-calendar': 'clientFuzz',
  'promotion-changes-nothing': 'serverFuzz',
  'promotion-is-not-heard': 'clientFuzz',
  'time-runs-back': 'serverFuzz',
};
const parts = [
  'client',
  'server',
  'shared',
  'test/support',
  'test/unit',
  'package.json',
  'tsconfig.json',
  '.mocharc.json',
];

describe('an old fault', () => {
  it('has a fuzzer that finds it, each', () => {
    const patches = readdirSync('test/faults').map((file) => file.replace('.patch', ''));
    assert.deepEqual(patches.sort(), Object.keys(faults).sort());
  });

  for (const [fault, fuzzer] of Object.entries(faults)) {
    it(`is found by ${fuzzer} where it is back: ${fault}`, function () {
      this.timeout(120_000);
      const folder = mkdtempSync(join(tmpdir(), 'tutti-fault-'));
      try {
        for (const part of parts) cpSync(part, join(folder, part), { recursive: true });
        symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
        const patch = resolve(`test/faults/${fault}.patch`);
        run('git', ['apply', '-p0', patch], folder);
        const mocha = resolve('node_modules/mocha/bin/mocha.js');
        const { status, output } = attempt(process.execPath, [mocha, `test/unit/${fuzzer}.test.ts`], folder);
        assert.notEqual(status, 0, `it was not found:\n${output}`);
        assert.match(output, /fails with SEED=/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

function attempt(command: string, args: string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, RUNS: undefined },
  });
  return { status, output: stdout + stderr };
}

function run(command: string, args: string[], cwd: string): void {
  const { status, output } = attempt(command, args, cwd);
  assert.equal(status, 0, output);
}
