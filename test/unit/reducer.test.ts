import assert from 'node:assert/strict';
import { sharedReducer } from '../../client/index.ts';
import { defineReducer, fields, key, number, oneOf, Refusal } from '../../shared/index.ts';
import { CommandNetwork } from '../support/commandNetwork.ts';

type Places = Readonly<Record<string, number>>;
type Command = { type: 'put'; name: string; at: number; was?: number } | { type: 'take'; name: string };

/** Things that have a place: nothing may stand at 13. */
const places = defineReducer<Places, Command>({
  name: 'places',
  create: () => ({}),
  commands: {
    put: fields({ type: oneOf('put'), name: key(20), at: number(-1_000, 1_000) }, { was: number(-1_000, 1_000) }),
    take: fields({ type: oneOf('take'), name: key(20) }),
  },
  apply(content, command) {
    const { name } = command;
    if (command.type === 'take') {
      if (!Object.hasOwn(content, name)) throw new Refusal('not_found', `there is no ${name}`);
      const { [name]: _, ...rest } = content;
      return rest;
    }
    if (command.was !== undefined && content[name] !== command.was) return content;
    if (Object.values(content).includes(command.at)) throw new Refusal('invalid_operation', `${command.at} is taken`);
    return { ...content, [name]: command.at };
  },
  undo(content, command) {
    const before = content[command.name];
    if (command.type === 'take') return before === undefined ? [] : [{ type: 'put', name: command.name, at: before }];
    if (before === undefined) return [{ type: 'take', name: command.name }];
    return [{ type: 'put', name: command.name, at: before, was: command.at }];
  },
  merge: (first, second) =>
    first.type === 'put' && second.type === 'put' && first.name === second.name && second.was === undefined
      ? { ...first, at: second.at }
      : undefined,
});

const documents = sharedReducer(places, 'board');
const put = (name: string, at: number): Command => ({ type: 'put', name, at });

function start() {
  const network = new CommandNetwork(places, documents, ['ann', 'ben']);
  const [ann, ben] = network.peers;
  assert.ok(ann && ben);
  network.settle();
  return { network, ann, ben };
}

describe('a reducer', () => {
  it('shows one’s own at once, and again on top of what comes before it', () => {
    const { network, ann, ben } = start();
    ann.held.do(put('cup', 1));
    assert.deepEqual([ann.held.content, ann.held.confirmed], [{ cup: 1 }, {}]);
    ben.held.do(put('cup', 2));
    ben.send();
    network.take(ben);
    ann.receive();
    assert.deepEqual([ann.held.content, ann.held.confirmed], [{ cup: 1 }, { cup: 2 }]);
    network.settle();
    for (const { held } of [ann, ben]) assert.deepEqual(held.content, { cup: 1 });
  });

  it('takes back what is refused, says why, and takes all else of the message', async () => {
    const { network, ann, ben } = start();
    ben.held.do(put('jar', 7));
    const done = [put('a', 1), put('b', 2), put('c', 7), put('d', 4)].map((command) => ann.held.do(command));
    assert.equal(ann.held.content.c, 7);
    ben.send();
    network.take(ben);
    network.settle();
    const results = await Promise.allSettled(done);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      ann.refused.map(({ operation, refusal }) => [operation, refusal.message]),
      [[[put('c', 7)], '7 is taken']],
    );
    for (const { held } of [ann, ben]) assert.deepEqual(held.content, { jar: 7, a: 1, b: 2, d: 4 });
  });

  it('refuses at once what does not fit what is shown', async () => {
    const { ann } = start();
    ann.held.do(put('a', 1));
    await assert.rejects(ann.held.do(put('b', 2), put('c', 1)), /1 is taken/);
    assert.deepEqual(ann.held.content, { a: 1 });
  });

  it('does all commands of one call, or none', () => {
    const { network, ann, ben } = start();
    ben.held.do(put('jar', 7));
    ben.send();
    network.take(ben);
    ann.held.do(put('a', 1), put('b', 7));
    network.settle();
    assert.deepEqual(ann.held.content, { jar: 7 });
  });

  it('sends what is done meanwhile in one message, and a drag as where it is', () => {
    const { network, ann } = start();
    ann.held.do(put('cup', 1));
    ann.send();
    for (let at = 2; at <= 60; at++) ann.held.do(put('cup', at));
    ann.held.do(put('jar', 0));
    network.settle();
    assert.deepEqual(
      network.entries.map(({ operation }) => operation),
      [[put('cup', 1)], [put('cup', 60), put('jar', 0)]],
    );
  });

  it('takes one’s own step back, a drag in one go, and nothing that others did since', () => {
    const { network, ann, ben } = start();
    ann.held.do(put('cup', 1));
    ann.held.boundary();
    for (let at = 2; at <= 9; at++) ann.held.do(put('cup', at));
    network.settle();
    ann.held.undo();
    assert.deepEqual(ann.held.content, { cup: 1 });
    ann.held.redo();
    network.settle();
    assert.deepEqual(ben.held.content, { cup: 9 });
    ben.held.do(put('cup', 20));
    ben.send();
    network.take(ben);
    ann.held.undo();
    assert.deepEqual(ann.held.content, { cup: 1 }, 'before it is heard of');
    network.settle();
    for (const { held } of [ann, ben]) assert.deepEqual(held.content, { cup: 20 });
  });

  it('has what is unsent outlive a reload, and done once', () => {
    const { network, ann, ben } = start();
    ann.held.do(put('a', 1));
    ann.send();
    network.take(ann);
    ann.held.do(put('b', 2));
    ann.save();
    ann.reload();
    assert.deepEqual(ann.held.content, { a: 1, b: 2 });
    network.settle();
    assert.equal(network.entries.length, 2);
    for (const { held } of [ann, ben]) assert.deepEqual(held.content, { a: 1, b: 2 });
  });

  it('refuses what is no list of its commands', () => {
    const limits = { max_operation_bytes: 1_000, max_operation_parts: 2 };
    for (const raw of [{}, [], [null], [{ type: 'constructor' }], [{ type: 'put', name: 'a' }], 'x'])
      assert.throws(() => places.decode(raw, limits), { error_code: 'bad_request' });
    assert.throws(() => places.decode([put('a', 1), put('a', 2), put('a', 3)], limits), { error_code: 'too_large' });
  });
});
