import type { Context } from 'mocha';
import { testRuns } from './until.ts';

const pending: (() => unknown)[] = [];
/** Why promises were rejected that nobody waits for. */
const unhandled: unknown[] = [];

// Without a listener Mocha's workers say nothing of them during a test, and die of them between two.
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** Registers what must end with the test; the last one registered ends first. */
export function cleanup(end: () => unknown): void {
  pending.push(end);
}

/** Ends all that is registered, and throws the first of what goes wrong with that, or what nobody waited for. */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = [];
  for (let end = pending.pop(); end; end = pending.pop()) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  // Node tells of rejections when what was under way has run.
  await new Promise((resolve) => setImmediate(resolve));
  failures.push(...unhandled.splice(0));
  // Only when everything has ended: what goes on would keep the process alive.
  if (failures.length > 0) throw failures[0];
}

/** Mocha's root hooks: see .mocharc.json. */
export const mochaHooks = {
  beforeEach(this: Context) {
    const test = this.currentTest;
    testRuns(() => test?.timeout() ?? 0);
  },
  afterEach(this: Context) {
    testRuns();
    tellCauses(this.currentTest?.err);
    return cleanUp();
  },
};

/** What caused an error goes into its stack: a worker of Mocha tells of nothing else, and fetch() says it nowhere else. */
function tellCauses(error: Error | undefined): void {
  if (!(error?.cause instanceof Error)) return;
  tellCauses(error.cause);
  error.stack = `${error.stack}\n  caused by ${error.cause.stack}`;
  delete error.cause;
}
