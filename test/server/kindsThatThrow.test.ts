import assert from 'node:assert/strict';
import type { Kind } from '../../server/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { call } from '../support/http.ts';
import { type Line, type Lines, lines } from '../support/lines.ts';
import { captured } from '../support/logger.ts';
import { ann, erase, exported, root } from '../support/person.ts';
import { member, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

function fail(): never {
  throw new Error('swordfish');
}

/** A server on which a person has written in a room of such a kind, and in a song. */
async function written(kind: Partial<Kind<Lines, Line>> = {}, room_id = 'lines:1') {
  const log = createMemoryLog();
  const { lines: logged, logger } = captured();
  const whole = (of: Partial<Kind<Lines, Line>>) => ({ lines: { type: lines, ...of } });
  const first = await startServer({ log, kinds: whole(kind.personal ? { personal: true } : {}) });
  for (const [room, operation] of [
    [room_id, { line: 'hers' }],
    ['song:1', ['She sang.']],
  ] as const) {
    const her = await member(first, { sub: ann }, { room_id: room });
    await request(her, 'collaboration_operation', { room_id: room, operation });
  }
  await first.close();
  return { log, logged, server: await startServer({ log, logger, kinds: whole(kind) }) };
}

describe('a room at which its kind throws', () => {
  const throwing: Record<string, Partial<Kind<Lines, Line>>> = {
    'load()': { type: { ...lines, load: fail } },
    'part() of its erasure': { erasure: { part: fail, without: fail } },
    'the lines of its transfer': {
      erasure: { part: fail, without: fail },
      transfer: { lines: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }), entries: fail },
    },
  };

  for (const [name, kind] of Object.entries(throwing)) {
    it(`in ${name} keeps no other from being exported and erased, and tells no client why`, async () => {
      const { server, logged } = await written(kind);
      const message = "the server's kind lines fails at what it has";
      const all = String((await call(server, 'GET /api/v1/export', root)).body);
      assert.match(all, /"She sang\."[^\n]*\n\{"type":"end"/);
      if (name !== 'part() of its erasure') assert.match(all, /"room_id":"lines:1","type":"unreadable"/);
      const hers = await exported(server);
      assert.deepEqual(hers[1], { type: 'unreadable', room_id: 'lines:1', message });
      assert.deepEqual(hers.at(-1), { type: 'end', rooms: 1, entries: 1, unreadable: 1 });
      const { status, body } = await erase(server);
      assert.deepEqual([status, body.rooms, body.unreadable], [200, 1, [{ room_id: 'lines:1', message }]]);
      assert.doesNotMatch(JSON.stringify([all, hers, body]), /swordfish/);
      assert.match(JSON.stringify(logged), /swordfish/);
    });
  }
});

describe('a kind that throws after a commit', () => {
  for (const [name, kind] of Object.entries({
    'due()': { type: { ...lines, due: (content: Lines) => (content.length > 0 ? fail() : undefined) } },
    'due() when it is due': {
      type: { ...lines, due: dueThatThrows() },
    },
    'unsaying() of its redaction': { redaction: { unsaying: fail, unsaid: fail } },
  } satisfies Record<string, Partial<Kind<Lines, Line>>>)) {
    it(`in ${name} takes nothing back that is in the log, and ends no process`, async () => {
      const { lines: logged, logger } = captured();
      const server = await startServer({ logger, kinds: { lines: { type: lines, ...kind } } });
      const room_id = 'lines:1';
      const her = await member(server, { sub: ann }, { room_id });
      for (const revision of [1, 2]) {
        const answer = await request(her, 'collaboration_operation', { room_id, operation: { line: 'a' } });
        assert.equal(answer.revision, revision);
      }
      await until(() => JSON.stringify(logged).includes('swordfish'));
      assert.deepEqual((await request(her, 'get_room_state', { room_id })).revision, 2);
    });
  }

  /** It says that something is due, and throws when it is asked again. */
  function dueThatThrows() {
    const asked = new WeakSet<Lines>();
    return (content: Lines) => {
      if (content.length !== 2) return undefined;
      if (asked.has(content)) return fail();
      asked.add(content);
      return { operation: { line: 'due' }, at: 0 };
    };
  }
});

describe('an export that breaks off', () => {
  it('ends in the middle, and tells no client why', async () => {
    const { server, log } = await written();
    assert.equal((await call(server, 'GET /api/v1/export', root)).status, 200);
    log.load = fail;
    await assert.rejects(call(server, 'GET /api/v1/export', root), /terminated|fetch failed|other side closed/);
    assert.equal((await call(server, 'GET /api/v1/health')).status, 200);
  });
});

describe('a room of an application’s kind that is one user’s own', () => {
  it('is given out whole where its user is exported, and is deleted where that is erased', async () => {
    const room_id = `lines:${encodeURIComponent(ann)}`;
    const { server, log } = await written({ personal: true }, room_id);
    const [document] = (await exported(server)).filter(({ type }) => type === 'document');
    assert.deepEqual(document, { type: 'document', room_id, revision: 1, content: ['hers'] });
    assert.equal((await erase(server)).status, 200);
    assert.equal((await log.load(`/${room_id}`)).revision, 0);
    assert.doesNotMatch(JSON.stringify(await log.list({ prefix: '/', after: '', limit: 10 })), /ann/);
  });
});
