import assert from 'node:assert/strict';
import { ask, connect, member, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:42';
const paste = 'x'.repeat(200_000);

describe('a busy room', () => {
  it('takes large pastes, though all have to hear them', async () => {
    const server = await startServer();
    const ada = await member(server, { sub: 'ada' }, { room_id });
    for (let listener = 0; listener < 39; listener++)
      await member(server, { sub: `listener-${listener}` }, { room_id });
    await request(ada, 'collaboration_operation', { room_id, operation: [paste] });
    // What is told is 80 MB; what is written stays within LIMIT_BYTES.
    for (let pasted = 0; pasted < 9; pasted++) {
      await request(ada, 'collaboration_operation', { room_id, operation: [paste, { d: paste.length }] });
    }
  }).timeout(30_000);
});

describe('what all users of a tenant write', () => {
  it('may have a limit of its own, which other tenants do not share', async () => {
    const server = await startServer({ limitTenantBytes: '10000/3600' });
    const operation = { room_id, operation: ['x'.repeat(4_000)] };
    for (const sub of ['ada', 'ben']) {
      await request(await member(server, { sub, org_id: 'one' }, { room_id }), 'collaboration_operation', operation);
    }
    const eve = await connect(server, { sub: 'eve', org_id: 'one' });
    await request(eve, 'join_room', { room_id });
    const { message } = await refused(eve, 'collaboration_operation', operation, 'rate_limited');
    assert.match(message, /10000 bytes of a tenant in 3600 s/);
    const other = await member(server, { sub: 'eve', org_id: 'other' }, { room_id });
    assert.ok((await ask(other, 'collaboration_operation', operation)).ok);
  });
});
