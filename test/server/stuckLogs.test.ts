import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup } from '../support/cleanup.ts';
import { temporaryDirectory } from '../support/process.ts';
import { clientOf, connect, refusedHandshake, request, secret } from '../support/server.ts';
import { neededDisk } from '../support/smallDisk.ts';
import { until } from '../support/until.ts';

interface Running {
  url: string;
  metric(line: string): Promise<number>;
  /** Has lines written: each token that is refused is one, in both logs. */
  refuse(times: number): Promise<void>;
  stop(): Promise<number | null>;
  stderr: NodeJS.ReadableStream | null;
}

/** Starts the server that was built, with its standard error as given. */
async function start(env: NodeJS.ProcessEnv, stderr: number | 'pipe' | 'ignore'): Promise<Running> {
  const settings = {
    ...{ HOST: '127.0.0.1', PORT: '0', JWT_SECRET: secret, METRICS_TOKEN: 'look', DRAIN_MS: '0' },
    ...{ DATA_DIR: temporaryDirectory(), LIMIT_CONNECTIONS: '0', LIMIT_AUTH_FAILURES: '0' },
  };
  const child = spawn(process.execPath, ['dist/server/main.js', 'serve'], {
    env: { ...process.env, ...settings, ...env },
    stdio: ['ignore', 'pipe', stderr],
  });
  cleanup(() => child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  const url = await until(() => /^listening on (\S+)\n/m.exec(printed)?.[1]);
  return {
    url,
    async metric(line) {
      const answer = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer look' } });
      const at = (await answer.text()).split('\n').find((each) => each.startsWith(line));
      return Number(at?.split(' ').at(-1) ?? 0);
    },
    async refuse(times) {
      for (let done = 0; done < times; done += 50) {
        const some = Array.from({ length: Math.min(50, times - done) }, () =>
          clientOf({ url }, { auth: { token: 'no token' } }),
        );
        await Promise.all(some.map(refusedHandshake));
      }
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    stderr: child.stderr,
  };
}

/** Somebody takes part, as ever. */
async function takesPart(server: Running, room_id: string): Promise<void> {
  const client = await connect(server, { sub: 'ada' });
  await request(client, 'join_room', { room_id });
  await request(client, 'collaboration_operation', { room_id, operation: ['x'] });
}

/** A pipe by name, which is open at both ends and full. */
function pipe(): { path: string; fd: number } {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  cleanup(() => closeSync(fd));
  assert.throws(() => {
    for (;;) writeSync(fd, '{}\n'.repeat(1_000));
  }, /EAGAIN/);
  return { path, fd };
}

/** What comes out of a pipe from here on. */
function read(path: string): () => string {
  const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanup(() => reader.kill());
  let text = '';
  reader.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  return () => text;
}

const lines = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a log that nobody reads', () => {
  it('holds nothing up: lines are dropped and counted, and that is said when it is read again', async () => {
    const { path, fd } = pipe();
    const server = await start({}, fd);
    while ((await server.metric('tutti_drops_total{what="log line"}')) === 0) await server.refuse(100);
    await takesPart(server, 'song:1');
    const text = read(path);
    await until(async () => {
      await server.refuse(1);
      return text().includes('lines of this log were dropped');
    });
    assert.equal(text().split('lines of this log were dropped').length, 2);
    for (const line of text().split('\n').slice(0, -1)) JSON.parse(line);
  });

  it('does not keep the process from ending', async () => {
    const { fd } = pipe();
    const server = await start({}, fd);
    while ((await server.metric('tutti_drops_total{what="log line"}')) === 0) await server.refuse(100);
    const began = performance.now();
    assert.equal(await server.stop(), 0);
    assert.ok(performance.now() - began < 5_000);
  });

  it('ends nothing where its reader is gone', async () => {
    const server = await start({}, 'pipe');
    (server.stderr as unknown as { destroy(): void }).destroy();
    await until(async () => {
      await server.refuse(1);
      return (await server.metric('tutti_drops_total{what="log line"}')) > 0;
    });
    await takesPart(server, 'song:1');
    assert.equal(await server.stop(), 0);
  });
});

describe('an audit log', () => {
  it('into a pipe that nobody reads holds nothing up, and is told by the log', async () => {
    const { path } = pipe();
    const log = join(temporaryDirectory(), 'log');
    const server = await start({ AUDIT_LOG: path }, openSync(log, 'a'));
    while ((await server.metric('tutti_drops_total{what="audit line"}')) === 0) await server.refuse(1);
    await server.refuse(5);
    await takesPart(server, 'song:1');
    assert.equal(lines(log).filter(({ msg }) => msg.startsWith('the audit log can not be written')).length, 1);
  });

  it('into a pipe that has no reader yet lets the server start, and goes on once there is one', async () => {
    const path = join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [path]);
    const server = await start({ AUDIT_LOG: path }, 'ignore');
    await takesPart(server, 'song:1');
    const text = read(path);
    await until(async () => {
      await server.refuse(1);
      return text().includes('"refused"');
    });
  });

  it('on a full disk holds nothing up, is told once, and has whole lines when there is room again', async () => {
    const disk = neededDisk(1 / 16);
    const audit = join(disk, 'audit');
    const log = join(temporaryDirectory(), 'log');
    const server = await start({ AUDIT_LOG: audit }, openSync(log, 'a'));
    await server.refuse(1);
    const rubbish = join(disk, 'rubbish');
    assert.throws(() => writeFileSync(rubbish, Buffer.alloc(64 * 1024)), /ENOSPC/);
    while ((await server.metric('tutti_drops_total{what="audit line"}')) === 0) await server.refuse(20);
    await server.refuse(5);
    await takesPart(server, 'song:1');
    rmSync(rubbish);
    await server.refuse(1);
    const told = lines(log).filter(({ msg }) => msg.startsWith('the audit log'));
    assert.deepEqual(
      told.map(({ msg }) => msg),
      ['the audit log can not be written, its lines are dropped', 'the audit log is written again'],
    );
    assert.equal(told[1].dropped, await server.metric('tutti_drops_total{what="audit line"}'));
    assert.equal(lines(audit).at(-1).action, 'refused');
  });
});

describe('a log on a full disk', () => {
  it('ends nothing, and is whole when there is room again', async () => {
    const disk = neededDisk(1 / 16);
    const log = join(disk, 'log');
    const server = await start({}, openSync(log, 'a'));
    await server.refuse(1);
    const rubbish = join(disk, 'rubbish');
    assert.throws(() => writeFileSync(rubbish, Buffer.alloc(64 * 1024)), /ENOSPC/);
    while ((await server.metric('tutti_drops_total{what="log line"}')) === 0) await server.refuse(20);
    await takesPart(server, 'song:1');
    rmSync(rubbish);
    await server.refuse(1);
    assert.ok(lines(log).some(({ msg, dropped }) => msg === 'lines of this log were dropped' && dropped > 0));
  });
});
