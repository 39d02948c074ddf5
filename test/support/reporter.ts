import Mocha from 'mocha';

/** Mocha's own report, what had to be tried again and why, and a last line that a program can read. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const again: string[] = [];
    runner.on('retry', (test: Mocha.Test, error: Error) =>
      again.push(`${test.fullTitle()}: ${error.message.split('\n')[0]}`),
    );
    runner.once('end', () => {
      for (const line of again) console.log(`tried again: ${line}`);
      console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`);
    });
  }
}
