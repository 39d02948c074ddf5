import assert from 'node:assert/strict';
import { Groups } from '../../server/collections/groups.ts';
import { LazyMap } from '../../server/collections/lazyMap.ts';

describe('groups', () => {
  const [ada, phone, ben] = [{ of: 'ada' }, { of: 'ada', on: 'phone' }, { of: 'ben' }];

  it('have each member once, in the order in which they came', () => {
    const groups = new Groups<object>();
    for (const [key, member] of [
      ['ada', ada],
      ['ben', ben],
      ['ada', phone],
      ['ada', ada],
    ] as const)
      groups.add(key, member);
    assert.deepEqual(groups.of('ada'), [ada, phone]);
    assert.deepEqual([groups.first('ada'), groups.first('ben'), groups.first('cleo')], [ada, ben, undefined]);
    assert.deepEqual([...groups], [ada, phone, ben]);
    assert.deepEqual([groups.size, ...groups.keys()], [2, 'ada', 'ben']);
  });

  it('are no more when the last has gone, whoever that is', () => {
    const groups = new Groups<object>();
    for (const member of [ada, phone]) groups.add('ada', member);
    assert.deepEqual(
      [groups.delete('ada', ada), groups.delete('ada', ada), groups.delete('ben', ada)],
      [true, false, false],
    );
    assert.deepEqual(groups.of('ada'), [phone]);
    groups.add('ada', ada);
    assert.deepEqual(groups.of('ada'), [phone, ada]);
    for (const member of [ada, phone]) assert.equal(groups.delete('ada', member), true);
    assert.deepEqual([groups.has('ada'), groups.size, ...groups], [false, 0]);
  });
});

describe('a lazy map', () => {
  it('does what a map does', () => {
    const map = new LazyMap<string, number>();
    assert.deepEqual([map.size, map.has('a'), map.get('a'), map.delete('a'), ...map], [0, false, undefined, false]);
    map.set('a', 1).set('b', 2).set('a', 3);
    assert.deepEqual([...map, ...map.keys(), ...map.values()], [['a', 3], ['b', 2], 'a', 'b', 3, 2]);
    assert.equal(map.delete('a') && map.delete('b'), true);
    map.set('c', 4);
    assert.deepEqual([...map], [['c', 4]]);
    map.clear();
    assert.equal(map.size, 0);
  });
});
