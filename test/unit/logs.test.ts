import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Refusal } from '../../shared/refusals.ts';
import { describeLog, entry } from '../support/logContract.ts';

const inMemory = async () => {
  const log = createMemoryLog();
  return { log, second: async () => log, reopen: async () => log, close: () => log.close() };
};
describeLog('the log in memory', inMemory, false);

describeLog('the log in LMDB', async () => {
  const directory = await folder();
  let log = await openLmdbLog({ directory });
  return {
    log,
    async reopen() {
      await log.close();
      log = await openLmdbLog({ directory });
      return log;
    },
    async close() {
      await log.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('the folder of the log in LMDB', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await folder();
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('is made where it is missing', async () => {
    const log = await openLmdbLog({ directory: join(directory, 'a', 'b') });
    await log.close();
  });

  it('keeps out a second process with a line that names REDIS_URL', async () => {
    const log = await openLmdbLog({ directory });
    const child = appendForever(directory);
    const [complaint, code] = await Promise.all([read(child.stderr), exit(child)]);
    const line = `data folder ${directory} is in use by process ${process.pid}: one process only; for several, set REDIS_URL`;
    assert.ok(complaint.includes(line), complaint);
    assert.notEqual(code, 0);
    await log.close();
  });

  it('keeps out a second log of the same process, until the first is closed', async () => {
    const log = await openLmdbLog({ directory });
    await assert.rejects(openLmdbLog({ directory }), /REDIS_URL/);
    await log.close();
    await (await openLmdbLog({ directory })).close();
  });

  it('opens where a lock file was left behind', async () => {
    await writeFile(join(directory, 'lock'), '1\n');
    const log = await openLmdbLog({ directory });
    await log.close();
  });

  it('has every append that was answered before a kill -9', async () => {
    const child = appendForever(directory);
    let answered = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      answered = Number(line);
      if (answered === 100) child.kill('SIGKILL');
    }
    const log = await openLmdbLog({ directory });
    const { revision, entries } = await log.load('room');
    assert.ok(answered >= 100 && revision >= answered, `${answered} answered, ${revision} there`);
    assert.deepEqual(
      entries,
      Array.from({ length: revision }, (_, index) => entry(index + 1)),
    );
    assert.equal((await log.client('room', 'client'))?.revision, revision);
    await log.close();
  });

  it('forgets clients eight days after their last operation, however many there are, and none before', async () => {
    const day = 24 * 60 * 60 * 1_000;
    let now = 1_700_000_000_000;
    const log = await openLmdbLog({ directory, now: () => now });
    const by = (client_id: string) => ({ ...entry(1), client_id });
    const known = async (client_id: string) => (await log.client('room', client_id)) !== undefined;
    let at = { epoch: '', revision: 0 };
    const write = async (...clients: string[]) => {
      const appended = await log.append('room', { epoch: at.epoch, after: at.revision, entries: clients.map(by) });
      at = { epoch: appended.epoch, revision: at.revision + clients.length };
    };
    const keep = () => log.snapshot('room', { ...at, content: 'c' }, { entries: 10, bytes: 2 ** 20 });
    const many = Array.from({ length: 5_000 }, (_, index) => `client-${index}`);
    await write(...many, 'z');
    now += 7.5 * day;
    await write('z', 'later');
    for (let looks = 0; looks < 4; looks++) await keep();
    for (const client of [many[0] ?? '', many[4_999] ?? '', 'z', 'later']) assert.ok(await known(client), client);
    now += day;
    for (let looks = 0; looks < 4; looks++) await keep();
    for (const client of many) assert.equal(await known(client), false);
    for (const client of ['z', 'later']) assert.ok(await known(client), client);
    await log.close();
  });

  it('is flushed by close(), which waits for appends under way and refuses those that come later', async () => {
    const log = await openLmdbLog({ directory });
    const first = log.append('room', { epoch: '', after: 0, entries: [entry(1)] });
    await log.close();
    const { epoch } = await first;
    const late = log.append('room', { epoch, after: 1, entries: [entry(2)] });
    await assert.rejects(late, (error) => error instanceof Refusal && error.error_code === 'unavailable');
    const again = await openLmdbLog({ directory });
    assert.equal((await again.load('room')).revision, 1);
    await again.close();
  });
});

function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tutti-'));
}

function appendForever(directory: string) {
  const program = fileURLToPath(new URL('../support/appendForever.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', program, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function read(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

async function exit(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}
