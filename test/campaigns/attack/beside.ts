import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onCore } from '../../bench/machine.ts';

/** Starts a program of this folder on the other core. */
export function beside(program: string, job: object, runner: string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const module = new URL(`${program}.ts`, import.meta.url).pathname;
  const command = [...runner, ...onCore(1), process.execPath, '--import', 'tsx', module, JSON.stringify(job)];
  const [file = '', ...args] = command;
  return spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The next message of a process. Rejects where it ends without one. */
export async function told<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const end = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('a process of the campaign has ended before its time');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: ended.signal }), end])) as [Message];
    return message;
  } finally {
    end.catch(() => {});
    ended.abort();
  }
}
