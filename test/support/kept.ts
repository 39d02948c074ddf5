import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup } from './cleanup.ts';
import { compiled } from './compiled.ts';
import { type ServerProcess, startProcess, temporaryDirectory } from './process.ts';
import { secret } from './server.ts';

/** A line of what keeper.ts has kept. */
export interface KeptLine {
  by: string;
  loads?: string;
  begins?: string;
  stores?: string;
  epoch?: string;
  revision?: number;
  content?: unknown;
}

/** An application's file of documents, and servers that keep theirs in it. */
export function keeping() {
  const file = join(temporaryDirectory(), 'documents.ndjson');
  writeFileSync(file, '');

  function lines(): KeptLine[] {
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as KeptLine);
  }

  return {
    lines,
    /** Starts a server in a process of its own, which can be killed. */
    async start(env: NodeJS.ProcessEnv): Promise<ServerProcess> {
      const command = [process.execPath, await compiled('test/support/keeper.ts'), file];
      const server = await startProcess(command, { JWT_SECRET: secret, ...env });
      cleanup(() => server.kill());
      return server;
    },
    /** What is stored of a room now. */
    stored: (room_id: string) => lines().findLast(({ stores }) => stores === room_id),
    /** Fails where an older one was stored over a newer, or two were stored at once; dead: those whose stores may not have ended. */
    check(room_id: string, dead: readonly string[] = []): void {
      let revision = 0;
      let under: KeptLine | undefined;
      for (const line of lines()) {
        if (line.begins === room_id) {
          assert.ok(!under || dead.includes(under.by), `two at once: ${JSON.stringify([under, line])}`);
          under = line;
        }
        if (line.stores !== room_id) continue;
        assert.equal(line.by, under?.by, `two at once: ${JSON.stringify([under, line])}`);
        assert.ok((line.revision ?? 0) >= revision, `${line.revision} over ${revision}`);
        revision = line.revision ?? 0;
        under = undefined;
      }
    },
  };
}
