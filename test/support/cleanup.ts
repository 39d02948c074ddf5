const pending: (() => unknown)[] = [];

/** Registers what must end with the test; the last one registered ends first. */
export function cleanup(end: () => unknown): void {
  pending.push(end);
}

/** Mocha's root hook: see .mocharc.json. */
export const mochaHooks = {
  async afterEach() {
    for (let end = pending.pop(); end; end = pending.pop()) await end();
  },
};
