import Mocha from 'mocha';

/** Mocha's own report, and a last line that a program can read. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`));
  }
}
