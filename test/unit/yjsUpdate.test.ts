import assert from 'node:assert/strict';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { applyUpdates } from '../../shared/documents/yjs/apply.ts';
import { checkUpdate } from '../../shared/documents/yjs/check.ts';
import { Clients } from '../../shared/documents/yjs/clients.ts';
import { clientsOf } from '../../shared/documents/yjs/content.ts';
import { readUpdate, type Update } from '../../shared/documents/yjs/update.ts';
import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import { Random } from '../support/random.ts';
import { editAnything } from '../support/yjsEdits.ts';
import { anyUpdate, costlyUpdate, mutated, together, updateOf } from '../support/yjsUpdates.ts';

const ann = { user_id: 'ann', role: 'editor' } as const;
const bob = { user_id: 'bob', role: 'editor' } as const;

/** Clients that stand where an update leaves them. */
function clientsAfter(clients: Clients, { runs }: Update, user_id = 'ann'): Clients {
  return clients.with(clientsOf(runs, user_id));
}

function refuses(error_code: ErrorCode, message: RegExp, act: () => unknown): void {
  assert.throws(
    act,
    (error) => error instanceof Refusal && error.error_code === error_code && message.test(error.message),
  );
}

/** The updates that a document of several clients came about by. */
function history(seed: number, edits: number): Uint8Array[] {
  const random = new Random(seed);
  const docs = [1, 2, 3].map((client) => Object.assign(new Y.Doc(), { clientID: client * 1_000_003 }));
  const updates: Uint8Array[] = [];
  for (const doc of docs)
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'others') return;
      updates.push(update);
      for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, 'others');
    });
  for (let edit = 0; edit < edits; edit++) editAnything(random.pick(docs), random);
  return updates;
}

describe('an update of Yjs', () => {
  it('is read as Yjs reads it, whatever it changes', () => {
    for (let seed = 1; seed <= 20; seed++) {
      let clients = Clients.none;
      for (const bytes of history(seed, 60)) {
        const update = readUpdate(bytes);
        const { structs, ds } = Y.decodeUpdate(bytes);
        const { from, to } = Y.parseUpdateMeta(bytes);
        assert.deepEqual(new Map(update.runs.map((run) => [run.client, run.from])), from);
        assert.deepEqual(new Map(update.runs.map((run) => [run.client, run.to])), to);
        const spans = [...ds.clients].flatMap(([client, items]) =>
          items.map(({ clock, len }) => ({ client, clock, length: len })),
        );
        assert.deepEqual(update.deletes, spans);
        assert.equal(update.parts, structs.length + spans.length);
        checkUpdate(update, clients, ann);
        clients = clientsAfter(clients, update);
      }
    }
  });

  it('is taken as a whole document too, with what was deleted and let go', () => {
    const doc = new Y.Doc();
    for (const update of history(7, 300)) Y.applyUpdate(doc, update);
    const update = readUpdate(Y.encodeStateAsUpdate(doc));
    checkUpdate(update, Clients.none, ann);
    assert.deepEqual(
      new Map(update.runs.map(({ client, to }) => [client, to])),
      Y.decodeStateVector(Y.encodeStateVector(doc)),
    );
  });

  it('of version 2 is refused', () => {
    for (let seed = 1; seed <= 10; seed++)
      for (const bytes of history(seed, 30))
        refuses('bad_request', /version 1/, () => readUpdate(Y.convertUpdateFormatV1ToV2(bytes)));
  });

  it('with a gap is refused, and so is one that is known already', () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = [0, 3].map((clock) =>
      updateOf(7, clock, [clock ? { left: [7, 2] } : {}, { left: [7, clock] }, { left: [7, clock + 1] }]),
    );
    const clients = clientsAfter(Clients.none, readUpdate(first));
    refuses('conflict', /clock 3 of the Yjs client 7 comes after a gap, the next is 0/, () =>
      checkUpdate(readUpdate(second), Clients.none, ann),
    );
    refuses('conflict', /clock 0 of the Yjs client 7 is known already, the next is 3/, () =>
      checkUpdate(readUpdate(first), clients, ann),
    );
    checkUpdate(readUpdate(second), clients, ann);
  });

  it('under the Yjs client of another user is refused', () => {
    const clients = clientsAfter(Clients.none, readUpdate(updateOf(7, 0, [{}])));
    const next = readUpdate(updateOf(7, 1, [{ left: [7, 0] }]));
    refuses('forbidden', /7 is another user's/, () => checkUpdate(next, clients, bob));
    checkUpdate(next, clients, ann);
  });

  it('that builds on what is not there is refused', () => {
    for (const item of [{ left: [9, 0] }, { right: [9, 0] }] as const)
      refuses('conflict', /clock 0 of the Yjs client 9 is not here/, () =>
        checkUpdate(readUpdate(updateOf(7, 0, [{ ...item } as { left: [number, number] }])), Clients.none, ann),
      );
    const deletes = Uint8Array.from([0, 1, 9, 1, 0, 4]);
    refuses('conflict', /clock 3 of the Yjs client 9/, () => checkUpdate(readUpdate(deletes), Clients.none, ann));
  });

  it('whose structs stand beside themselves or in a circle is refused', () => {
    refuses('bad_request', /beside itself/, () => readUpdate(updateOf(7, 0, [{ left: [7, 0] }])));
    refuses('bad_request', /beside itself/, () => readUpdate(updateOf(7, 0, [{}, { right: [7, 5] }])));
    const circle = together(updateOf(9, 0, [{ left: [7, 1] }, {}]), updateOf(7, 0, [{}, { left: [9, 1] }]));
    refuses('invalid_operation', /circle/, () => checkUpdate(readUpdate(circle), Clients.none, ann));
    const fine = together(updateOf(9, 0, [{ left: [7, 0] }, {}]), updateOf(7, 0, [{}, { left: [9, 1] }]));
    checkUpdate(readUpdate(fine), Clients.none, ann);
  });

  it('that would make another one throw, or cost more than its bytes, is refused', () => {
    const any = (...bytes: number[]) => Uint8Array.from([1, 1, 7, 0, 8, 1, 1, 116, 1, ...bytes, 0]);
    assert.equal(readUpdate(any(127)).parts, 1);
    const cases: Record<string, Uint8Array> = {
      'deeply nested values': any(...Array.from({ length: 10_000 }, () => [117, 1]).flat(), 126),
      'deeply nested JSON': contentOf(5, '['.repeat(70) + ']'.repeat(70)),
      'what is no JSON': contentOf(5, '{'),
      'a prototype': any(118, 1, 9, ...Buffer.from('__proto__'), 126),
      'an unknown value': any(7),
      'more values than bytes': Uint8Array.from([1, 1, 7, 0, 8, 1, 1, 116, 255, 255, 255, 255, 15, 126, 0]),
      'an unknown type': Uint8Array.from([1, 1, 7, 0, 7, 1, 1, 116, 9, 0]),
      'an unknown content': Uint8Array.from([1, 1, 7, 0, 11, 1, 1, 116, 0]),
      'a gap inside': Uint8Array.from([1, 1, 7, 0, 10, 5, 0]),
      'an empty struct': updateOf(7, 0, [{ text: '' }]),
      'half a pair': Uint8Array.from([1, 1, 7, 0, 4, 1, 1, 116, 3, 0xed, 0xa0, 0xbd, 0]),
      'a document without options': Uint8Array.from([1, 1, 7, 0, 9, 1, 1, 116, 1, 97, 126, 0]),
      'a clock beyond all bounds': Uint8Array.from([1, 1, 7, 0, 0, 255, 255, 255, 255, 255, 255, 255, 15, 0]),
      'a client twice': together(updateOf(7, 0, [{}]), updateOf(7, 1, [{}])),
      'deletions over each other': Uint8Array.from([0, 1, 7, 2, 0, 9, 5, 9]),
      'an end that is none': Uint8Array.from([...updateOf(7, 0, [{}]), 0]),
      nothing: new Uint8Array(),
    };
    for (const [name, bytes] of Object.entries(cases))
      refuses('bad_request', /version 1/, () => assert.fail(`${name}: ${readUpdate(bytes)}`));
  });

  it('that parts what is under a key leaves one value there, and throws nowhere', () => {
    const map = Uint8Array.from([1, 1, 2, 0, 7, 1, 1, 116, 1, 0]);
    const twoValues = Uint8Array.from([1, 1, 1, 0, 0x28, 0, 2, 0, 1, 107, 2, 125, 1, 125, 2, 0]);
    const between = updateOf(2, 1, [{ left: [1, 0], right: [1, 1] }]);
    const deletesMap = Uint8Array.from([0, 1, 2, 1, 0, 1]);
    const updates = [map, twoValues, between, deletesMap];
    let clients = Clients.none;
    for (const update of updates) clients = clientsAfter(clients, accepted(update, clients) ?? assert.fail());
    const untended = new Y.Doc();
    assert.throws(() => updates.forEach((update) => void Y.applyUpdate(untended, update)), /Unexpected case/);
    const doc = new Y.Doc();
    for (const update of updates) isTaken(doc, update);
    isTaken(new Y.Doc(), Y.mergeUpdates(updates));
  });

  it('that passes, whatever is in it, is applied whole by Yjs and throws nowhere', () => {
    const runs = Number(process.env.RUNS ?? 200);
    let passed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const random = new Random(seed);
      const doc = new Y.Doc();
      let clients = Clients.none;
      for (let made = 0; made < 25; made++) {
        const bytes = anyUpdate(random, clients);
        for (const tried of [bytes, mutated(bytes, random)]) {
          const update = accepted(tried, clients);
          if (!update) continue;
          passed += 1;
          isTaken(doc, tried);
          clients = clientsAfter(clients, update);
        }
      }
    }
    assert.ok(passed > 5 * runs, `${passed} passed: too few to say anything`);
  });

  it('that was mutated on its way is refused, or applied whole', () => {
    const random = new Random(11);
    for (let seed = 1; seed <= 3; seed++) {
      const doc = new Y.Doc();
      let clients = Clients.none;
      for (const bytes of history(seed, 40)) {
        for (let mutation = 0; mutation < 25; mutation++) {
          const tried = mutated(bytes, random);
          if (!accepted(tried, clients)) continue;
          const copy = new Y.Doc();
          Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
          isTaken(copy, tried);
        }
        Y.applyUpdate(doc, bytes);
        clients = clientsAfter(clients, readUpdate(bytes));
      }
    }
  });

  it('takes time in proportion to its bytes, whatever is in it', () => {
    const update = readUpdate(costlyUpdate(7, 40_000));
    checkUpdate(update, Clients.none, ann);
    assert.equal(update.parts, 40_001);
    // Two clients that wait for each other at every struct.
    const pairs = together(
      updateOf(
        9,
        0,
        Array.from({ length: 20_000 }, (_, at) => ({ left: [7, at] })),
      ),
      updateOf(
        7,
        0,
        Array.from({ length: 20_000 }, (_, at) => (at ? { left: [9, at - 1] } : {})),
      ),
    );
    checkUpdate(readUpdate(pairs), Clients.none, ann);
  });
});

function contentOf(kind: number, json: string): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const byte of [1, 1, 7, 0, kind, 1, 1, 116]) encoding.writeUint8(encoder, byte);
  encoding.writeVarString(encoder, json);
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

/** What an update says where it is accepted; anything thrown but a refusal is a failure. */
function accepted(bytes: Uint8Array, clients: Clients): Update | undefined {
  try {
    const update = readUpdate(bytes);
    checkUpdate(update, clients, ann);
    return update;
  } catch (error) {
    assert.ok(error instanceof Refusal, `${error} from ${Buffer.from(bytes).toString('base64')}`);
    return undefined;
  }
}

/** Yjs takes it at once, and what it makes of it can be had by others. */
function isTaken(doc: Y.Doc, bytes: Uint8Array): void {
  applyUpdates(doc, [bytes]);
  const { pendingStructs, pendingDs } = doc.store;
  assert.deepEqual([pendingStructs, pendingDs], [null, null], Buffer.from(bytes).toString('base64'));
  const state = Y.encodeStateAsUpdate(doc);
  readUpdate(state);
  Y.applyUpdate(new Y.Doc(), state);
}
