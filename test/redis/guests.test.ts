import assert from 'node:assert/strict';
import { come, guestIn, guestOf, invite } from '../support/guests.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { administrator } from '../support/revocation.ts';
import { connect, member, next, refused, request } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const ada = { sub: 'ada', name: 'Ada', rooms: { 'song:*': 'editor' } };
const host = { sub: 'hal', rooms: { 'song:*': 'host' } };

describe('guests on several instances', function () {
  this.timeout(120_000);

  const { pair } = shareRedis();

  it('come by an invitation that was made on another one, and go at once when it is revoked', async () => {
    const [one, other] = await pair();
    const { invitation, id } = await invite(one, ada, room_id);
    const guests = [await guestIn(one, room_id, invitation, 'Ben'), await guestIn(other, room_id, invitation, 'Cyd')];
    const { body } = await call(other, `GET /api/v1/rooms/${room_id}/invitations/${id}`, ada);
    assert.equal(body.guest_count, 2);
    const removed = guests.map((guest) => next(guest, 'room_removed'));
    assert.equal((await call(one, `DELETE /api/v1/rooms/${room_id}/invitations/${id}`, ada)).status, 200);
    assert.deepEqual(await Promise.all(removed), Array(2).fill({ room_id, reason: 'role_withdrawn' }));
    for (const guest of guests) await refused(guest, 'join_room', { room_id }, 'forbidden');
    for (const server of [one, other]) assert.equal((await come(server, invitation, 'Dan')).status, 401);
  });

  it('are as many of an invitation as it lets in, wherever they come', async () => {
    const [one, other] = await pair();
    const { invitation } = await invite(one, ada, room_id, { max_guests: 3 });
    const names = ['Ben', 'Cyd', 'Dan', 'Eve', 'Flo', 'Gus'];
    const answers = await Promise.all(names.map((name, index) => come(index % 2 ? one : other, invitation, name)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 403, 403, 403]);
  });

  it('that were kicked stay out on each, also under another invitation, until they are let in on any', async () => {
    const [one, other] = await pair();
    const { invitation } = await invite(one, ada, room_id);
    const ben = await guestIn(other, room_id, invitation, 'Ben');
    const place = `/api/v1/rooms/${room_id}/participants/${ben.user_id}`;
    const removed = next(ben, 'room_removed');
    assert.equal((await call(one, `DELETE ${place}`, host)).status, 200);
    assert.deepEqual(await removed, { room_id, reason: 'kicked' });
    const { invitation: another } = await invite(other, host, room_id);
    for (const server of [one, other]) {
      for (const each of [invitation, another])
        await refused(await guestOf(server, each, 'Ben'), 'join_room', { room_id }, 'forbidden');
    }
    assert.equal((await call(other, `PUT ${place}`, host)).status, 200);
    await request(ben, 'join_room', { room_id });
    await until(async () => (await call(one, `GET /api/v1/rooms/${room_id}/kicked`, host)).body.kicked.length === 0);
    await guestIn(one, room_id, invitation, 'Ben');
  });

  it('go with who has invited them, when that one is kicked elsewhere', async () => {
    const [one, other] = await pair();
    await member(one, ada, { room_id });
    const { invitation } = await invite(one, ada, room_id);
    const ben = await guestIn(other, room_id, invitation, 'Ben');
    const removed = next(ben, 'room_removed');
    assert.equal((await call(one, `DELETE /api/v1/rooms/${room_id}/participants/ada`, host)).status, 200);
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
    await refused(ben, 'join_room', { room_id }, 'forbidden');
  });

  it('go with who has invited them, when that one is blocked elsewhere', async () => {
    const [one, other] = await pair();
    const { invitation } = await invite(one, ada, room_id);
    const ben = await guestIn(other, room_id, invitation, 'Ben');
    const removed = next(ben, 'room_removed');
    await administrator(one).block('ada');
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
    for (const server of [one, other])
      await until(async () => (await come(server, invitation, 'Cyd')).body.error?.error_code === 'forbidden');
  });

  it('give way to members, the newest first, wherever these come', async () => {
    const [one, other] = await pair({ maxParticipantsPerRoom: 3 });
    const { invitation } = await invite(one, ada, room_id);
    const ben = await guestIn(one, room_id, invitation, 'Ben');
    const cyd = await guestIn(other, room_id, invitation, 'Cyd');
    await member(other, { sub: 'dan' }, { room_id });
    await until(async () => (await request(ben, 'get_room_state', { room_id })).participants.length === 3);
    await refused(await guestOf(one, invitation, 'Eve'), 'join_room', { room_id }, 'room_full');
    const removals = [next(cyd, 'room_removed'), next(ben, 'room_removed')];
    await member(one, ada, { room_id });
    assert.deepEqual(await removals[0], { room_id, reason: 'room_full' });
    await request(ben, 'get_room_state', { room_id });
    await member(other, { sub: 'flo' }, { room_id });
    assert.deepEqual(await removals[1], { room_id, reason: 'room_full' });
    for (const server of [one, other]) {
      await refused(await connect(server, { sub: 'gus' }), 'join_room', { room_id }, 'room_full');
      await refused(await guestOf(server, invitation, 'Ben'), 'join_room', { room_id }, 'room_full');
    }
  });

  it('give way to as many members as come at once', async () => {
    const [one, other] = await pair({ maxParticipantsPerRoom: 4 });
    const { invitation } = await invite(one, ada, room_id);
    const names = ['Ben', 'Cyd', 'Dan', 'Eve'];
    const guests = [];
    for (const [index, name] of names.entries())
      guests.push(await guestIn(index % 2 ? one : other, room_id, invitation, name));
    const removed = guests.map((guest) => next(guest, 'room_removed'));
    const members = await Promise.all(names.map((sub, index) => connect(index % 2 ? one : other, { sub })));
    await Promise.all(members.map((client) => request(client, 'join_room', { room_id })));
    for (const { reason } of await Promise.all(removed)) assert.equal(reason, 'room_full');
    await until(async () => {
      const states = await Promise.all(members.map((client) => request(client, 'get_room_state', { room_id })));
      return states.every(
        ({ participants }) =>
          participants
            .map(({ user_id }) => user_id)
            .sort()
            .join() === names.join(),
      );
    });
  });

  it('give way also in the moment in which they come', async () => {
    const [one, other] = await pair({ maxParticipantsPerRoom: 4 });
    const at = (index: number) => (index % 2 ? one : other);
    const names = ['Ben', 'Cyd', 'Dan', 'Eve'];
    const members = await Promise.all(names.map((sub, index) => connect(at(index), { sub })));
    for (let round = 0; round < 8; round++) {
      const room_id = `song:${round}`;
      const { invitation } = await invite(one, ada, room_id);
      const guests = await Promise.all(names.map((name, index) => guestOf(at(index), invitation, name)));
      const removed = guests.map((guest) => next(guest, 'room_removed'));
      await Promise.all(guests.map((guest) => request(guest, 'join_room', { room_id })));
      await Promise.all(members.map((client) => request(client, 'join_room', { room_id })));
      for (const { reason } of await Promise.all(removed)) assert.equal(reason, 'room_full');
      for (const member of members) await request(member, 'leave_room', { room_id });
    }
  });
});
