const pending: (() => unknown)[] = [];

/** Registers what must end with the test; the last one registered ends first. */
export function cleanup(end: () => unknown): void {
  pending.push(end);
}

/** Mocha's root hook: see .mocharc.json. */
export const mochaHooks = {
  async afterEach() {
    const failures: unknown[] = [];
    for (let end = pending.pop(); end; end = pending.pop()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    // Only when everything has ended: what goes on would keep the process alive.
    if (failures.length > 0) throw failures[0];
  },
};
