#!/usr/bin/env node
import { type Command, program } from 'commander';
import { printable } from './cli/printable.ts';
import { version } from './version.ts';

/** In the order in which they are told of. Only the one that is asked for is loaded: others bring libraries of their own. */
const commands = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./cli/serve.ts')).serveCommand],
  ['token', async () => (await import('./cli/token.ts')).tokenCommand],
  ['connect', async () => (await import('./cli/connect.ts')).connectCommand],
  ['replay', async () => (await import('./cli/replay.ts')).replayCommand],
  ['doctor', async () => (await import('./cli/doctor.ts')).doctorCommand],
  ['repair', async () => (await import('./cli/repair.ts')).repairCommand],
  ['import', async () => (await import('./cli/import.ts')).importCommand],
  ['export', async () => (await import('./cli/export.ts')).exportCommand],
  ['backup', async () => (await import('./cli/backup.ts')).backupCommand],
  ['restore', async () => (await import('./cli/restore.ts')).restoreCommand],
]);
const asked = commands.get(process.argv[2] ?? '');

program
  .name('tutti')
  .description('A collaboration server on Socket.IO: many people write one song, and nothing is lost.')
  .version(version);

try {
  for (const load of asked ? [asked] : commands.values()) program.addCommand(await load());
  await program.parseAsync();
} catch (error) {
  // It may be a refusal, in the words of whatever server was asked.
  console.error(printable(`tutti: ${error instanceof Error ? error.message : error}`));
  process.exitCode = 1;
}
