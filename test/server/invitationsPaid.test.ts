import assert from 'node:assert/strict';
import { come, invite, sending } from '../support/guests.ts';
import { call } from '../support/http.ts';
import { startServer } from '../support/server.ts';

const ada = { sub: 'ada', rooms: { 'song:*': 'editor' }, org_id: 'band' };
const post = (server: { url: string }, room_id: string, claims: object = ada) =>
  call(server, `POST /api/v1/rooms/${room_id}/invitations`, claims, sending({ role: 'viewer' }));

describe('an invitation', () => {
  it('to a room that had none counts as a room that its maker begins', async () => {
    const server = await startServer({ limitRooms: '2/3600' });
    await invite(server, ada, 'song:1');
    await invite(server, ada, 'song:1');
    await invite(server, ada, 'song:2');
    const { status, body } = await post(server, 'song:3');
    assert.deepEqual([status, body.error.error_code], [429, 'rate_limited']);
    await invite(server, ada, 'song:2');
    await invite(server, { ...ada, sub: 'ben' }, 'song:3');
  });

  it('and who comes by it count among what its tenant writes', async () => {
    const server = await startServer({ limitTenantBytes: '700/3600' });
    const { invitation } = await invite(server, ada, 'song:1', { role: 'viewer' });
    let guests = 0;
    while ((await come(server, invitation, `guest ${guests}`)).status === 200) guests += 1;
    assert.ok(guests > 0 && guests < 20, `${guests} came`);
    assert.equal((await come(server, invitation, 'late')).status, 429);
    assert.equal((await post(server, 'song:1')).status, 429);
    await invite(server, { ...ada, org_id: 'choir' }, 'song:1');
  });

  it('counts among what its maker writes', async () => {
    const server = await startServer({ limitBytes: '700/3600' });
    await invite(server, ada, 'song:1');
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(server, 'song:1')));
    assert.ok(answers.some(({ status }) => status === 429));
  });
});
