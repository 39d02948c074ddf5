import assert from 'node:assert/strict';
import { Document } from '../../server/documents/document.ts';
import { Budget } from '../../server/limits/budget.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Accounts } from '../../server/rooms/accounts.ts';
import { Beat, prompt } from '../../server/rooms/beat.ts';
import { Writer } from '../../server/rooms/writer.ts';
import type { BoardCommand } from '../../shared/documents/board/command.ts';
import type { BoardContent } from '../../shared/documents/board/content.ts';
import type { BoardNode, Item } from '../../shared/documents/board/node.ts';
import { board } from '../../shared/documents/board.ts';
import { sizeOf } from '../../shared/json.ts';
import { typeOf } from '../support/kinds.ts';
import { refusal } from '../support/refusal.ts';

const key = '/setlist:1';
const value = (of: number): BoardNode => ({ value: of });
const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value(at)]));
const set = (path: string[], node?: BoardNode): BoardCommand => ({ type: 'set', path, ...(node && { node }) });
const entry = (operation: readonly BoardCommand[]) => {
  return { operation, client_id: 'a', user_id: 'ada', timestamp: 1 };
};
const apply = (content: BoardContent, ...operation: BoardCommand[]) => board.apply(content, entry(operation), 1);
const saved = (content: BoardContent) => board.save?.(content) as BoardNode;

/** A board of so many fields, and its writer. */
async function wide(fields: number) {
  const log = createMemoryLog();
  const document = new Document(typeOf('setlist:1'), await log.load(key));
  const writer = new Writer({
    key,
    log,
    document,
    max_document_bytes: 1e8,
    beat: new Beat(prompt),
    now: () => 1,
    accounts: new Accounts(new Budget(() => 0), key),
    onCommitted() {},
    onReplaced: assert.fail,
    onAppended() {},
    onError: assert.fail,
  });
  const author = { revision: undefined, sequence: undefined, client_id: 'a', user_id: 'ada', role: 'editor' } as const;
  const write = (...operation: BoardCommand[]) => writer.submit({ operation, ...author });
  await write(set(['all'], { fields: named(fields) }));
  return { write };
}

describe('what applying commands to a board takes', () => {
  it('is what they change, once for an operation, and a text again for each that writes in it', () => {
    const content: BoardContent = {
      fields: {
        few: { fields: named(50) },
        text: { runs: Array.from({ length: 50 }, (_, at) => ({ id: `r${at}`, from: 0, text: 'x' })) },
      },
    };
    const write = (id: string): BoardCommand => ({
      type: 'write',
      path: ['text'],
      after: null,
      id,
      from: 0,
      text: 'y',
    });
    assert.equal(board.effort?.([set(['few', 'k1'], value(7)), set(['few', 'k2'])], content), 6 + 150);
    assert.equal(board.effort?.([write('a'), write('b')], content), 6 + 150 + 2 * (50 + 2));
    assert.equal(board.effort?.([set(['none', 'k1'], value(7))], content), 6);
  });

  it('is little in a wide object, but now and then, and where something is taken away', () => {
    let content = apply({ fields: {} }, set(['all'], { fields: named(10_000) }));
    const effort = (...commands: BoardCommand[]) => board.effort?.(commands, content);
    assert.equal(effort(set(['all', 'k1'], value(7))), 3);
    assert.equal(effort(set(['all', 'k1'])), 3 + 30_000);
    const efforts = Array.from({ length: 1_000 }, (_, at) => {
      const command = set(['all', `k${(at * 7) % 10_000}`], value(at));
      const taken = effort(command) ?? 0;
      content = apply(content, command);
      return taken;
    });
    // After a hundred and forty-two changes as much was copied one by one as all are.
    const ofAll = efforts.filter((taken) => taken > 30_000).length;
    assert.equal(ofAll, 7);
    assert.equal(efforts.filter((taken) => taken <= 3 + 3 * 142).length, 1_000 - ofAll);
  });

  it('is a few times less than copying all, where many change at once', () => {
    let content = apply({ fields: {} }, set(['all'], { fields: named(8_000) }));
    let effort = 0;
    for (let at = 0; at < 50; at++) {
      const commands = Array.from({ length: 333 }, (_, by) => set(['all', `k${(at * 7 + by * 6) % 8_000}`], value(at)));
      effort += (board.effort?.(commands, content) ?? 0) - 3;
      content = apply(content, ...commands);
    }
    assert.ok(effort < (50 * 3 * 8_000) / 3, `${effort}`);
  });

  it('leaves what was there before as it was, and what commands bring', () => {
    for (const many of [3, 200]) {
      const before = apply({ fields: {} }, set(['all'], { fields: named(many) }));
      const copy = structuredClone(saved(before));
      const brought: BoardNode = { fields: named(2) };
      const after = apply(
        before,
        set(['all', 'k0'], value(9)),
        set(['all', 'k1']),
        set(['other'], brought),
        set(['other', 'k7'], value(7)),
        set(['all', 'new'], value(5)),
      );
      assert.deepEqual(saved(before), copy);
      assert.deepEqual(brought, { fields: named(2) });
      const left: Record<string, BoardNode> = { ...named(many), k0: value(9), new: value(5) };
      delete left.k1;
      assert.deepEqual(saved(after), {
        fields: { all: { fields: left }, other: { fields: { ...named(2), k7: value(7) } } },
      });
      const [again, other] = [apply(after, set(['all', 'k0'], value(1))), apply(after, set(['all', 'k0'], value(2)))];
      assert.notDeepEqual(saved(again), saved(other));
    }
  });

  it('is the same to the letter and to the byte, and in order, however wide an object has become', () => {
    let content = apply({ fields: {} }, set(['all'], { fields: {} }), set(['list'], { items: {} }));
    let expected: Record<string, BoardNode> = {};
    const items: Record<string, Item> = {};
    for (let at = 0; at < 1_500; at++) {
      const name = `k${(at * 37) % 400}`;
      const isGone = at % 11 === 10 && name in expected;
      content = apply(content, set(['all', name], isGone ? undefined : value(at)));
      if (isGone) delete expected[name];
      else expected = { ...expected, [name]: value(at) };
      const id = `k${((at % 300) * 37) % 400}`;
      const place = `V${at}1`;
      if (at < 300) content = apply(content, { type: 'insert', path: ['list', id], at: place, node: value(at) });
      else content = apply(content, { type: 'move', path: ['list', id], at: place });
      items[id] = { at: place, node: value(at % 300) };
    }
    const node = saved(content);
    assert.ok('fields' in node && node.fields.all && 'fields' in node.fields.all);
    assert.deepEqual(Object.entries(node.fields.all.fields), Object.entries(expected));
    assert.deepEqual(node.fields.list, { items });
    assert.equal(board.bytes?.(content), sizeOf(node));
    const loaded = board.load?.(node);
    assert.deepEqual(board.save?.(loaded as BoardContent), node);
    assert.equal(board.bytes?.(loaded as BoardContent), sizeOf(node));
  });

  it('does not grow with the width of an object, where its fields are written one by one', () => {
    const took = [100, 20_000].map((width) => {
      let content = apply({ fields: {} }, set(['all'], { fields: named(width) }));
      const began = performance.now();
      for (let at = 0; at < 1_000; at++) {
        content = apply(content, set(['all', `k${(at * 7) % width}`], value(at)));
        board.bytes?.(content);
      }
      return performance.now() - began;
    });
    // Each of them copying all would take some ten seconds.
    assert.ok((took[1] as number) < 1_500, `${took} ms`);
  });

  it('does not grow with the commands of an operation', () => {
    let content: BoardContent = { fields: { all: { fields: named(20_000) }, list: { items: {} } } };
    const began = performance.now();
    content = apply(content, ...Array.from({ length: 1_000 }, (_, at) => set(['all', `k${at}`], value(0))));
    const inserts = Array.from({ length: 1_000 }, (_, at): BoardCommand => {
      return { type: 'insert', path: ['list', `i${at}`], at: 'V', node: value(at) };
    });
    content = apply(content, ...inserts);
    const took = performance.now() - began;
    assert.ok(took < 2_000, `${took} ms`);
    assert.equal(board.bytes?.(content), sizeOf(saved(content)));
  });

  it('is not counting bytes anew: they are counted on, also where an operation changes a field again and again', () => {
    let content = apply({ fields: {} }, set(['all'], { fields: named(20_000) }));
    assert.equal(board.bytes?.(content), sizeOf(saved(content)));
    const again = Array.from({ length: 2_000 }, (_, at) => set(['all', `k${at % 700}`], value(10 ** (at % 9))));
    content = apply(content, ...again, set(['all', 'k7']), ...again.slice(700, 900), set(['all', 'k19000']));
    assert.equal(board.bytes?.(content), sizeOf(saved(content)));
  });

  it('is paid: who makes much of it is told to wait, and what is too much at once is refused', async () => {
    const { write } = await wide(20_000);
    let taken = 0;
    const [code] = await refusal(
      (async () => {
        for (; taken < 200; taken++) await write(set(['all', `k${taken}`]));
      })(),
    );
    assert.equal(code, 'rate_limited');
    assert.ok(taken >= 82 && taken <= 84, `${taken}`);
    const { write: writeText } = await wide(1);
    const runs = Array.from({ length: 2_000 }, (_, at) => ({ id: `r${at}`, from: 0, text: 'x' }));
    await writeText(set(['text'], { runs }));
    const writes = Array.from({ length: 1_000 }, (_, at): BoardCommand => {
      return { type: 'write', path: ['text'], after: null, id: `w${at}`, from: 0, text: 'y' };
    });
    assert.equal((await refusal(writeText(...writes)))[0], 'too_large');
    await writeText(...writes.slice(0, 10));
  });
});
