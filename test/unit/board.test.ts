import assert from 'node:assert/strict';
import { board, sharedBoard, sharedText } from '../../client/board.ts';
import { CommandNetwork } from '../support/commandNetwork.ts';

interface Plan {
  title: string;
  shapes: { x: number; colour?: string }[];
  note: string;
}

function start() {
  const network = new CommandNetwork(board, sharedBoard<Plan>('board'), ['ann', 'ben']);
  const [ann, ben] = network.peers;
  assert.ok(ann && ben);
  network.settle();
  ann.held.update([], { title: 'Plan', shapes: [{ x: 1 }, { x: 2 }], note: sharedText('Hello') });
  network.settle();
  return { network, ann, ben };
}

describe('a board', () => {
  it('is plain JSON for who reads it, and keeps what has not changed', () => {
    const { network, ann, ben } = start();
    assert.deepEqual(ben.held.value, { title: 'Plan', shapes: [{ x: 1 }, { x: 2 }], note: 'Hello' });
    const { shapes } = ben.held.value;
    ann.held.set(['title'], 'Other');
    network.settle();
    assert.equal(ben.held.value.title, 'Other');
    assert.equal(ben.held.value.shapes, shapes);
  });

  it('merges fields of one object, and of one field has what was written last', () => {
    const { network, ann, ben } = start();
    const [first = ''] = ann.held.ids(['shapes']);
    ann.held.update(['shapes', first], { x: 5, colour: 'red' });
    ben.held.set(['shapes', first, 'x'], 7);
    network.settle();
    for (const { held } of [ann, ben]) assert.deepEqual(held.value.shapes[0], { x: 7, colour: 'red' });
  });

  it('has lists in the order in which items are put, for all the same', () => {
    const { network, ann, ben } = start();
    ann.held.insert(['shapes'], { x: 10 }, 1);
    ben.held.insert(['shapes'], { x: 20 }, 1);
    const [, last = ''] = ben.held.ids(['shapes']);
    ben.held.move(['shapes', last], 0);
    network.settle();
    assert.deepEqual(ann.held.value, ben.held.value);
    assert.equal(ann.held.value.shapes[0]?.x, 20);
    const tied = ann.held.insert(['shapes'], { x: 30 }, 2);
    network.settle();
    assert.equal(ben.held.ids(['shapes']).includes(tied), true);
  });

  it('has texts that many write at once', () => {
    const { network, ann, ben } = start();
    for (const letter of ' dear') ann.held.write(['note'], ann.held.value.note.length, letter);
    ben.held.edit(['note'], 'Hello, world 😀');
    ben.held.edit(['note'], 'Hello, world 😁');
    network.settle();
    assert.equal(ann.held.value.note, ben.held.value.note);
    assert.match(ann.held.value.note, / dear/);
    assert.match(ann.held.value.note, /, world 😁/);
    ann.held.undo();
    network.settle();
    assert.equal(ben.held.value.note, 'Hello, world 😁');
    ann.held.redo();
    ben.held.splice(['note'], 0, 3, '');
    ben.held.boundary();
    network.settle();
    assert.match(ann.held.value.note, /^lo/);
    ben.held.undo();
    network.settle();
    assert.match(ann.held.value.note, /^Hello/);
  });

  it('takes back what is done to something that is gone, and says so', () => {
    const { network, ann, ben } = start();
    const [first = ''] = ann.held.ids(['shapes']);
    ann.held.delete(['shapes', first]);
    ann.send();
    network.take(ann);
    ben.held.set(['shapes', first, 'x'], 9);
    network.settle();
    assert.deepEqual(ben.held.value.shapes, [{ x: 2 }]);
    assert.equal(ben.refused[0]?.refusal.message, `there is no shapes/${first}`);
    ann.held.undo();
    network.settle();
    assert.deepEqual(ben.held.value.shapes, [{ x: 1 }, { x: 2 }]);
  });

  it('takes nothing back that others have changed since', () => {
    const { network, ann, ben } = start();
    ann.held.boundary();
    const id = ann.held.insert(['shapes'], { x: 3 });
    network.settle();
    ben.held.set(['shapes', id, 'x'], 4);
    network.settle();
    ann.held.undo();
    network.settle();
    assert.deepEqual(ann.held.value.shapes.at(-1), { x: 4 });
  });

  it('takes the step before back, where others have moved what the last one had moved', () => {
    const { network, ann, ben } = start();
    ann.held.set(['title'], 'Mine');
    ann.held.boundary();
    const [first = ''] = ann.held.ids(['shapes']);
    ann.held.move(['shapes', first], 2);
    network.settle();
    ben.held.move(['shapes', first], 0);
    network.settle();
    ann.held.undo();
    network.settle();
    assert.deepEqual(ben.held.value.shapes, [{ x: 1 }, { x: 2 }]);
    assert.equal(ben.held.value.title, 'Plan');
  });

  it('shows what it begins with, which comes along with what is done there first, by whomever', () => {
    const initial = { title: '', shapes: [], note: sharedText('Dear ') };
    const network = new CommandNetwork(board, sharedBoard<Plan>('board', initial), ['ann', 'ben']);
    const [ann, ben] = network.peers;
    assert.ok(ann && ben);
    network.settle();
    assert.deepEqual(ann.held.value, { title: '', shapes: [], note: 'Dear ' });
    assert.equal(ann.held.value, ann.held.value);
    ann.held.insert(['shapes'], { x: 1 });
    ben.held.insert(['shapes'], { x: 2 });
    ann.held.write(['note'], 5, 'all');
    ben.held.write(['note'], 0, 'My ');
    network.settle();
    assert.deepEqual([...ann.refused, ...ben.refused], []);
    assert.deepEqual(ann.held.value, ben.held.value);
    assert.equal(ann.held.value.note, 'My Dear all');
    assert.equal(ann.held.value.shapes.length, 2);
    ben.held.undo();
    ben.held.undo();
    network.settle();
    assert.deepEqual(ann.held.value, { title: '', shapes: [{ x: 1 }], note: 'Dear all' });
  });

  it('has texts for bindings: several changes are one step, and what others change is told', () => {
    const { network, ann, ben } = start();
    const text = ann.held.text(['note']);
    const heard: object[] = [];
    text.on('change', ({ changes }) => heard.push(...changes));
    ben.held.text(['note']).edit([
      { from: 0, to: 1, insert: 'J' },
      { from: 5, to: 5, insert: '!' },
    ]);
    network.settle();
    assert.equal(text.text, 'Jello!');
    assert.deepEqual(heard, [{ from: 0, to: 5, insert: 'Jello!' }]);
    ben.held.text(['note']).undo();
    network.settle();
    assert.equal(text.text, 'Hello');
    assert.equal(ann.held.text(['nowhere']).text, '');
  });

  it('takes back what one has inserted and written in, unless others have', () => {
    const { network, ann, ben } = start();
    const [first, second] = [1, 2].map(() => ann.held.insert(['shapes'], { x: 3, label: sharedText() }));
    for (const id of [first, second]) ann.held.write(['shapes', id ?? '', 'label'], 0, 'abc');
    network.settle();
    ben.held.write(['shapes', second ?? '', 'label'], 3, 'd');
    network.settle();
    while (ann.held.canUndo) ann.held.undo();
    network.settle();
    assert.deepEqual(ben.held.ids(['shapes']).slice(2), [second]);
    assert.deepEqual(ben.held.get(['shapes', second ?? '', 'label']), 'd');
  });

  it('refuses what is no command of a board', () => {
    const limits = { max_operation_bytes: 10_000, max_operation_parts: 100 };
    const node = { value: 1 };
    for (const raw of [
      { type: 'set', path: [], node },
      { type: 'set', path: ['__proto__'], node },
      { type: 'set', path: ['a'], node: { fields: JSON.parse('{"__proto__":{"value":1}}') } },
      { type: 'set', path: ['a'], node: {} },
      { type: 'set', path: ['a'], node: { items: { b: { at: 'a0', node: { value: '\ud83d' } } } } },
      { type: 'insert', path: ['a', 'b'], at: '0', node },
      { type: 'move', path: ['a', 'b'], at: 'a00' },
      { type: 'write', path: ['a'], after: ['x'], id: 'y', from: 0, text: 'a' },
      { type: 'erase', path: ['a'], id: 'y', from: 0.5, length: 1 },
    ])
      assert.throws(() => board.decode([raw], limits), { error_code: 'bad_request' }, JSON.stringify(raw));
  });
});
