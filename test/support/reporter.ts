import Mocha from 'mocha';

/** Mocha's own report, what failed at once as well as in the end, and a last line that a program can read. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('fail', (test, error: Error) => console.log(`${test.fullTitle()} failed: ${error.stack}`));
    runner.once('end', () => console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`));
  }
}
