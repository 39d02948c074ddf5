import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { cleanup } from './cleanup.ts';
import type { Random } from './random.ts';
import { secret } from './server.ts';
import { until } from './until.ts';

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs what `npm run build` made of `tutti …` to its end. */
export async function tutti(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  try {
    const env = { ...process.env, JWT_SECRET: secret, ...environment };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['dist/server/main.js', ...args], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ran;
  }
}

/** A `tutti …` that goes on; it ends with the test. */
export class Running {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;
  #printed = '';

  constructor(args: string[], environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, JWT_SECRET: secret, ...environment };
    const child = spawn(process.execPath, ['dist/server/main.js', ...args], { env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#printed += text));
    }
    this.#child = child;
    this.ended = new Promise((resolve) => child.once('close', resolve));
    cleanup(() => {
      child.kill('SIGKILL');
      return this.ended;
    });
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its input. */
  hangUp(): void {
    this.#child.stdin.end();
  }

  /** Whether it has printed that. */
  has(expected: string | RegExp): boolean {
    return typeof expected === 'string' ? this.#printed.includes(expected) : expected.test(this.#printed);
  }

  /** Resolves when it has printed that, and returns it; the next one is looked for behind it. */
  async prints(expected: string | RegExp): Promise<string> {
    let hasEnded = false;
    this.ended.then(() => (hasEnded = true));
    return until(() => {
      const found = typeof expected === 'string' ? expected : (expected.exec(this.#printed)?.[0] ?? '');
      const at = found === '' ? -1 : this.#printed.indexOf(found);
      if (at < 0 && hasEnded) throw new Error(`it ended and did not print ${expected}:\n${this.#printed}`);
      if (at < 0) return undefined;
      this.#printed = this.#printed.slice(at + found.length);
      return found;
    });
  }
}

/** A session of two authors who are up to 20 revisions behind each other, as a trace. */
export function trace(random: Random, length: number): string {
  const lines: string[] = [];
  const own = [0, 0];
  for (let i = 0; i < length; i++) {
    const agent = random.oneIn(8) ? 1 : 0;
    const base = Math.max(own[agent] ?? 0, i - random.between(0, 20));
    // Both write at the beginning, which is there at every base.
    lines.push(JSON.stringify({ i, agent, base, op: [random.text(1)] }));
    own[agent] = i + 1;
  }
  return lines.join('\n');
}
