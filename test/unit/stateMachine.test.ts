import assert from 'node:assert/strict';
import { Listeners } from '../../client/listeners.ts';
import { StateMachine, type Transitions } from '../../client/stateMachine.ts';

type Door = 'open' | 'shut';
const door: Transitions<Door, 'push' | 'pull'> = {
  open: { push: undefined, pull: 'shut' },
  shut: { push: 'open', pull: 'shut' },
};

/** A door, and what is told of it. */
function shutDoor() {
  const told: string[] = [];
  const listeners = new Listeners<{ state: { sign: string } }>();
  listeners.on('state', ({ sign }) => void told.push(sign));
  const enter = () => void told.push(`enter ${machine.state}`);
  const machine = new StateMachine<Door, 'push' | 'pull', { sign: string }>(
    door,
    'shut',
    { sign: '' },
    listeners,
    enter,
  );
  return { machine, told };
}

describe('a state machine', () => {
  it('goes where the table says, enters, and then tells', () => {
    const { machine, told } = shutDoor();
    assert.equal(machine.step('push', { sign: 'come in' }), true);
    assert.deepEqual([machine.state, machine.look], ['open', { sign: 'come in' }]);
    assert.deepEqual(told, ['enter open', 'come in']);
  });

  it('does nothing where an event is ignored, and tells nothing that is no news', () => {
    const { machine, told } = shutDoor();
    machine.step('push');
    const { look } = machine;
    assert.equal(machine.step('push', { sign: 'pushed' }), false);
    machine.change({ sign: '' });
    assert.equal(machine.look, look);
    assert.deepEqual(told, ['enter open']);
  });

  it('lets nothing come of what was begun in an earlier visit, even to the same state', async () => {
    const { machine } = shutDoor();
    const called: string[] = [];
    const callback = machine.during((what: string) => called.push(what));
    callback('in time');
    machine.after(0, () => called.push('timer'));
    machine.step('pull');
    assert.equal(machine.state, 'shut');
    callback('late');
    machine.after(0, () => called.push('replaced'));
    await new Promise<void>((resolve) => machine.after(1, resolve));
    assert.deepEqual(called, ['in time']);
  });
});
