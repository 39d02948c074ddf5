import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import jwt from 'jsonwebtoken';
import { cleanup } from '../support/cleanup.ts';
import { trace, tutti } from '../support/commandLine.ts';
import { startProcess, startServer, temporaryDirectory } from '../support/process.ts';
import { copyOfProject } from '../support/project.ts';
import { Random } from '../support/random.ts';
import { clientOf, connect, next, request, secret } from '../support/server.ts';

describe('npm start', () => {
  it('listens in demo mode, hands out a token, and takes it after a restart too', async () => {
    const environment = {
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: temporaryDirectory(),
      JWT_SECRET: undefined,
      JWT_PUBLIC_KEY: undefined,
    };
    const folder = copyOfProject();
    let token: string | undefined;
    for (let start = 0; start < 2; start++) {
      const server = await startProcess(['npm', '--prefix', folder, 'start'], environment);
      cleanup(() => server.stop());
      while (!server.output().includes('npx tutti token')) await new Promise((resolve) => setImmediate(resolve));
      assert.match(server.output(), /DEMO MODE/);
      const printed = /^ {2}(ey\S+)$/m.exec(server.output())?.[1];
      token ??= printed;
      assert.equal(printed, token, 'the same token is handed out again');
      const client = clientOf(server, { auth: { token } });
      client.connect();
      await next(client, 'connected');
      await request(client, 'join_room', { room_id: 'song:hello' });
      if (start === 0) await request(client, 'collaboration_operation', { room_id: 'song:hello', operation: ['La'] });
      const { document } = await request(client, 'get_room_state', { room_id: 'song:hello' });
      assert.equal(document?.content, 'La');
      assert.equal(await server.stop(), 0);
    }
  });
});

describe('tutti serve', () => {
  it('refuses demo mode in production, with a line that names the variable', async () => {
    const { code, stderr } = await tutti(['serve'], {
      JWT_SECRET: undefined,
      NODE_ENV: 'production',
      DATA_DIR: temporaryDirectory(),
    });
    assert.equal(code, 1);
    assert.match(stderr, /^tutti: JWT_SECRET: .*\n$/);
  });

  it('refuses a value that makes no sense, with a line that names the variable', async () => {
    for (const [name, value] of [
      ['PORT', 'http'],
      ['LIMIT_JOINS', 'many'],
      ['DEFAULT_ROLE', 'king'],
      ['JWT_PUBLIC_KEY', 'nonsense'],
    ]) {
      const { code, stderr } = await tutti(['serve'], {
        [String(name)]: String(value),
        DATA_DIR: temporaryDirectory(),
      });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^tutti: ${name}: .*\n$`));
    }
  });

  it('refuses a data folder in use, with a line that names REDIS_URL', async () => {
    const DATA_DIR = temporaryDirectory();
    const server = await startServer({ DATA_DIR });
    cleanup(() => server.stop());
    const { code, stderr } = await tutti(['serve'], { DATA_DIR, PORT: '0' });
    assert.equal(code, 1);
    assert.match(stderr, /^tutti: .*in use.*REDIS_URL.*\n$/);
  });

  it('refuses a port in use', async () => {
    const server = await startServer({ DATA_DIR: temporaryDirectory() });
    cleanup(() => server.stop());
    const { port } = new URL(server.url);
    const { code, stderr } = await tutti(['serve', '--port', port], {
      DATA_DIR: temporaryDirectory(),
      HOST: '127.0.0.1',
    });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^tutti: .*${port}.*\n$`));
  });

  it('keeps what was written when it is stopped, and ends with 0', async () => {
    const environment = { DATA_DIR: temporaryDirectory(), JWT_SECRET: secret };
    const first = await startServer(environment);
    const writer = await connect(first, { sub: 'ada' });
    await request(writer, 'join_room', { room_id: 'song:1' });
    await request(writer, 'collaboration_operation', { room_id: 'song:1', operation: ['kept'] });
    assert.equal(await first.stop(), 0);
    const second = await startServer(environment);
    cleanup(() => second.stop());
    const { document, revision } = await request(await connect(second, { sub: 'ada' }), 'join_room', {
      room_id: 'song:1',
    });
    assert.deepEqual([document?.content, revision], ['kept', 1]);
  });
});

describe('tutti token', () => {
  it('prints a token that says what it was told', async () => {
    const { stdout } = await tutti([
      'token',
      '--sub',
      'ada',
      '--name',
      'Ada',
      '--org',
      'band',
      '--rooms',
      'song:42=editor,song:*=viewer',
      '--expires',
      '8h',
    ]);
    const { iat, exp, ...claims } = jwt.verify(stdout.trim(), secret) as jwt.JwtPayload;
    assert.deepEqual(claims, {
      sub: 'ada',
      name: 'Ada',
      org_id: 'band',
      rooms: { 'song:42': 'editor', 'song:*': 'viewer' },
    });
    assert.equal((exp ?? 0) - (iat ?? 0), 8 * 3600);
  });

  it('takes the rooms as JSON too, and refuses roles that there are not', async () => {
    const { stdout } = await tutti(['token', '--sub', 'ada', '--rooms', '{"*":"host"}']);
    assert.deepEqual((jwt.verify(stdout.trim(), secret) as jwt.JwtPayload).rooms, { '*': 'host' });
    for (const rooms of ['song:1=king', 'song:1', '{"a":1}', '{']) {
      const { code, stderr } = await tutti(['token', '--sub', 'ada', '--rooms', rooms]);
      assert.notEqual(code, 0);
      assert.match(stderr, /--rooms/);
    }
  });
});

describe('tutti replay', () => {
  it('replays a session of two authors to the letter', async () => {
    const random = new Random();
    const server = await startServer({ DATA_DIR: temporaryDirectory(), JWT_SECRET: secret, LIMIT_OPERATIONS: '0' });
    cleanup(() => server.stop());
    const file = join(temporaryDirectory(), 'session.jsonl.gz');
    writeFileSync(file, gzipSync(trace(random, 500)));
    const { code, stdout, stderr } = await tutti(['replay', file, '--url', server.url]);
    assert.equal(code, 0, `${stderr} (SEED=${random.seed})`);
    assert.match(stdout, /500 operations of 2 authors/);
    assert.match(stdout, /to the letter/);
  });

  it('replays what one author did, and says where the text differs from what was expected', async () => {
    const server = await startServer({ DATA_DIR: temporaryDirectory(), JWT_SECRET: secret, LIMIT_OPERATIONS: '0' });
    cleanup(() => server.stop());
    const file = join(temporaryDirectory(), 'one.json');
    const patches = [
      [0, 0, 'Hello 😀'],
      [6, 1, '🎵'],
      [0, 5, 'Good bye'],
    ];
    for (const [endContent, expectedCode] of [
      ['Good bye 🎵', 0],
      ['Good bye!🎵', 1],
    ] as const) {
      writeFileSync(file, JSON.stringify({ startContent: '', endContent, txns: [{ patches }] }));
      const { code, stderr } = await tutti(['replay', file, '--url', server.url]);
      assert.equal(code, expectedCode, stderr);
      if (expectedCode === 1) assert.match(stderr, /differs from that of the trace at 8/);
    }
  });

  it('waits where the server limits it, and says how to be faster', async () => {
    const server = await startServer({ DATA_DIR: temporaryDirectory(), JWT_SECRET: secret, LIMIT_OPERATIONS: '20/1' });
    cleanup(() => server.stop());
    const file = join(temporaryDirectory(), 'session.jsonl');
    writeFileSync(file, trace(new Random(1), 60));
    const { code, stdout, stderr } = await tutti(['replay', file, '--url', server.url]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /hint: .*LIMIT_OPERATIONS=0/);
    assert.match(stdout, /waiting for limits/);
  });

  it('says in one line what is wrong with a trace, or with the server', async () => {
    const file = join(temporaryDirectory(), 'bad.jsonl');
    writeFileSync(file, '{"i":0,"agent":0,"base":0,"op":["x"]}\n{"i":7}\n');
    const bad = await tutti(['replay', file]);
    assert.match(bad.stderr, /^tutti: .*bad\.jsonl:2: .*\n$/);
    writeFileSync(file, '{"i":0,"agent":0,"base":0,"op":["x"]}\n');
    const unreachable = await tutti(['replay', file, '--url', 'http://127.0.0.1:1']);
    assert.match(unreachable.stderr, /^tutti: cannot connect to .*\n$/);
  });
});

describe('--help', () => {
  for (const command of [[], ['serve'], ['token'], ['replay']]) {
    it(`explains ${['tutti', ...command].join(' ')}`, async () => {
      const { code, stdout } = await tutti([...command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, /^Usage: tutti/);
    });
  }
});
