#!/usr/bin/env node
import { program } from 'commander';
import { backupCommand } from './cli/backup.ts';
import { connectCommand } from './cli/connect.ts';
import { doctorCommand } from './cli/doctor.ts';
import { exportCommand } from './cli/export.ts';
import { importCommand } from './cli/import.ts';
import { printable } from './cli/printable.ts';
import { repairCommand } from './cli/repair.ts';
import { replayCommand } from './cli/replay.ts';
import { restoreCommand } from './cli/restore.ts';
import { serveCommand } from './cli/serve.ts';
import { tokenCommand } from './cli/token.ts';
import { version } from './version.ts';

program
  .name('tutti')
  .description('A collaboration server on Socket.IO: many people write one song, and nothing is lost.')
  .version(version)
  .addCommand(serveCommand)
  .addCommand(tokenCommand)
  .addCommand(connectCommand)
  .addCommand(replayCommand)
  .addCommand(doctorCommand)
  .addCommand(repairCommand)
  .addCommand(importCommand)
  .addCommand(exportCommand)
  .addCommand(backupCommand)
  .addCommand(restoreCommand);

try {
  await program.parseAsync();
} catch (error) {
  // It may be a refusal, in the words of whatever server was asked.
  console.error(printable(`tutti: ${error instanceof Error ? error.message : error}`));
  process.exitCode = 1;
}
