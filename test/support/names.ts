import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RedisServer } from './redis.ts';

/** Commands that name neither a key nor a channel. */
const nameless =
  /^(ping|info|config|time|client|hello|auth|wait|select|echo|command|script|acl|monitor|flushall|keys|readonly|pubsub)$/;
const channelled = /^p?(un)?subscribe$/;

/** What clients and scripts name of a Redis, keys and channels, while something happens. */
export async function namesOf({ port, command }: RedisServer, action: () => Promise<unknown>): Promise<Set<string>> {
  const monitor = spawn('redis-cli', ['-p', String(port), 'monitor'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const names = new Set<string>();
  const heard = createInterface(monitor.stdout);
  await once(heard, 'line');
  const end = new Promise<void>((resolve) => {
    heard.on('line', (line) => {
      const quoted = line.slice(line.indexOf(']') + 1);
      const [name = '', ...args] = [...quoted.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, argument = '']) => argument);
      if (name.toLowerCase() === 'echo') resolve();
      for (const named of namedBy(name.toLowerCase(), args)) names.add(named);
    });
  });
  await action();
  command('echo', 'end');
  await end;
  monitor.kill();
  return names;
}

function namedBy(name: string, args: string[]): string[] {
  if (nameless.test(name)) return [];
  if (name === 'eval' || name === 'evalsha') return args.slice(2, 2 + Number(args[1]));
  if (name === 'memory') return args.slice(1, 2);
  return channelled.test(name) || name === 'del' ? args : args.slice(0, 1);
}
