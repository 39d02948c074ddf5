import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Random } from './random.ts';
import { secret } from './server.ts';

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `tutti …` to its end. */
export async function tutti(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  try {
    const env = { ...process.env, JWT_SECRET: secret, ...environment };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['dist/server/main.js', ...args], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ran;
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
