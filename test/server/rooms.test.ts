import assert from 'node:assert/strict';
import { ask, caughtUp, collect, connect, next, refused, request, startServer, stateOf } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('a room', () => {
  describe('joining', () => {
    it('answers with the whole state of a song that nobody has written', async () => {
      const client = await connect(await startServer(), { sub: 'ada', name: 'Ada' });
      const { participants, ...state } = await request(client, 'join_room', { room_id: '42' });
      assert.deepEqual(state, {
        ok: true,
        room_id,
        role: 'editor',
        epoch: '',
        revision: 0,
        proof: '',
        recovered: false,
        document: { type: 'text', content: '' },
        sequence: 0,
        participant_count: 1,
        cursors: [],
        typing: [],
      });
      assert.equal(participants.length, 1);
      const { joined_at, ...participant } = participants[0] ?? { joined_at: 0 };
      assert.deepEqual(participant, { user_id: 'ada', name: 'Ada', role: 'editor', connections: 1 });
      assert.ok(Math.abs(joined_at - Date.now()) < 5000);
    });

    it('is answered by room_joined where there is no callback, also a second time', async () => {
      const client = await connect(await startServer(), { sub: 'ada' });
      for (let time = 0; time < 2; time++) {
        client.emit('join_room', { room_id });
        assert.equal((await stateOf(client, room_id)).participant_count, 1);
      }
    });

    it('precedes every other news of the room', async () => {
      const server = await startServer();
      const writer = await connect(server, { sub: 'ada' });
      await request(writer, 'join_room', { room_id });
      const heard: string[] = [];
      const client = await connect(server, { sub: 'ben' });
      client.onAny((event: string, payload: { room_id?: string }) => {
        if (payload.room_id === room_id) heard.push(event);
      });
      for (let i = 0; i < 50; i++) writer.emit('collaboration_operation', { room_id, operation: ['x'] });
      client.emit('join_room', { room_id });
      for (let i = 0; i < 50; i++) writer.emit('collaboration_operation', { room_id, operation: ['y'] });
      await caughtUp(writer);
      await caughtUp(client);
      assert.equal(heard[0], 'room_joined');
    });

    it('tells just what was missed since an epoch and revision', async () => {
      const server = await startServer();
      const writer = await connect(server, { sub: 'ada' });
      await request(writer, 'join_room', { room_id });
      for (const letter of 'abcd') await request(writer, 'collaboration_operation', { room_id, operation: [letter] });
      const { epoch } = await request(writer, 'get_room_state', { room_id });
      const client = await connect(server, { sub: 'ben' });
      const state = await request(client, 'join_room', { room_id, since: { epoch, revision: 2 } });
      assert.equal(state.recovered, true);
      assert.equal(state.document, undefined);
      assert.equal(state.revision, 4);
      assert.deepEqual(
        state.operations?.map(({ operation }) => operation),
        [['c'], ['d']],
      );
      const fromEmpty = await request(client, 'join_room', { room_id, since: { epoch: '', revision: 0 } });
      assert.equal(fromEmpty.operations?.length, 4);
      for (const since of [
        { epoch: 'another', revision: 2 },
        { epoch, revision: 5 },
      ]) {
        const whole = await request(client, 'join_room', { room_id, since });
        assert.equal(whole.recovered, false);
        assert.deepEqual(whole.document, { type: 'text', content: 'dcba' });
      }
    });

    it('hands the place of a client_id to the newer connection of its user', async () => {
      const server = await startServer();
      const older = await connect(server, { sub: 'ada' });
      await request(older, 'join_room', { room_id, client_id: 'tab' });
      const newer = await connect(server, { sub: 'ada' });
      const removed = next(older, 'room_removed');
      const state = await request(newer, 'join_room', { room_id, client_id: 'tab' });
      assert.deepEqual(await removed, { room_id, reason: 'replaced' });
      assert.equal(state.participants[0]?.connections, 1);
      await refused(older, 'get_room_state', { room_id }, 'not_found');
      await request(newer, 'collaboration_operation', { room_id, operation: ['x'], sequence: 1 });
    });

    it('refuses a client_id that another user holds, or has written with', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const eve = await connect(server, { sub: 'eve' });
      await request(ada, 'join_room', { room_id, client_id: 'tab' });
      await refused(eve, 'join_room', { room_id, client_id: 'tab' }, 'forbidden');
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence: 1 });
      await request(ada, 'leave_room', { room_id });
      await refused(eve, 'join_room', { room_id, client_id: 'tab' }, 'forbidden');
      await request(ada, 'join_room', { room_id, client_id: 'tab' });
    });

    it('refuses one participant too many, but not one more connection of a participant', async () => {
      const server = await startServer({ maxParticipantsPerRoom: 2 });
      for (const sub of ['ada', 'ben', 'ben']) await request(await connect(server, { sub }), 'join_room', { room_id });
      const eve = await connect(server, { sub: 'eve' });
      await refused(eve, 'join_room', { room_id }, 'room_full');
      await request(eve, 'join_room', { room_id: 'song:other' });
    });

    it('refuses one room too many, also when all are asked for at once', async () => {
      const client = await connect(await startServer({ maxRoomsPerConnection: 3 }), { sub: 'ada' });
      const joins = ['a', 'b', 'c', 'd'].map((id) => ask(client, 'join_room', { room_id: id }));
      const answers = await Promise.all(joins);
      assert.deepEqual(
        answers.map(({ ok }) => ok),
        [true, true, true, false],
      );
      await request(client, 'leave_room', { room_id: 'song:a' });
      await request(client, 'join_room', { room_id: 'song:d' });
    });
  });

  it('is another one for another tenant', async () => {
    const server = await startServer();
    const here = await connect(server, { sub: 'ada', org_id: 'here' });
    const there = await connect(server, { sub: 'ada', org_id: 'there' });
    await request(here, 'join_room', { room_id });
    await request(here, 'collaboration_operation', { room_id, operation: ['ours'] });
    const state = await request(there, 'join_room', { room_id });
    assert.deepEqual([state.document?.content, state.participant_count], ['', 1]);
  });

  describe('presence', () => {
    it('announces users, not connections', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      await request(ada, 'join_room', { room_id });
      const joined = collect(ada, 'user_joined');
      const left = collect(ada, 'user_left');
      const first = await connect(server, { sub: 'ben', name: 'Ben' });
      await request(first, 'join_room', { room_id });
      const second = await connect(server, { sub: 'ben', name: 'Ben' });
      const state = await request(second, 'join_room', { room_id });
      assert.equal(state.participants.find(({ user_id }) => user_id === 'ben')?.connections, 2);
      assert.equal(state.participant_count, 2);
      first.disconnect();
      const leaving = next(ada, 'user_left');
      await request(second, 'leave_room', { room_id });
      await leaving;
      assert.deepEqual(
        joined.map(({ users, participant_count }) => [users.map(({ name }) => name), participant_count]),
        [[['Ben'], 2]],
      );
      assert.deepEqual(
        left.map(({ users, participant_count }) => [users.map(({ name }) => name), participant_count]),
        [[['Ben'], 1]],
      );
    });
  });

  describe('cursors', () => {
    it('are sent newest first of all, to everyone, and skip what came between', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const ben = await connect(server, { sub: 'ben' });
      for (const client of [ada, ben])
        await request(client, 'join_room', { room_id, client_id: client === ada ? 'a' : 'b' });
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'.repeat(1000)] });
      const moves = collect(ben, 'cursor_moved');
      for (let position = 0; position < 500; position++) ada.emit('cursor_update', { room_id, position });
      await caughtUp(ada);
      while (moves.at(-1)?.cursors[0]?.position !== 499) await next(ben, 'cursor_moved');
      assert.ok(moves.length < 50, `${moves.length} frames`);
      const { timestamp, ...cursor } = moves.at(-1)?.cursors[0] ?? {};
      assert.equal(typeof timestamp, 'number');
      assert.deepEqual(cursor, { user_id: 'ada', client_id: 'a', position: 499, revision: 1 });
    });

    it('move with the text, and are where they belong for who joins later', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const ben = await connect(server, { sub: 'ben' });
      for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
      await request(ada, 'collaboration_operation', { room_id, operation: ['hello'] });
      await request(ben, 'cursor_update', { room_id, position: { anchor: 1, head: 4 }, revision: 1 });
      await request(ada, 'collaboration_operation', { room_id, operation: [2, '😀😀'], revision: 1 });
      await request(ada, 'cursor_update', { room_id, position: 5, revision: 1 });
      const { cursors, revision } = await request(await connect(server, { sub: 'eve' }), 'join_room', { room_id });
      assert.deepEqual(
        cursors.map((cursor) => [cursor.user_id, cursor.position, cursor.revision]),
        [
          ['ben', { anchor: 1, head: 6 }, revision],
          ['ada', 7, revision],
        ],
      );
    });

    it('go with their owner, and when they are hidden', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const ben = await connect(server, { sub: 'ben' });
      for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
      for (const leave of [() => ben.emit('cursor_update', { room_id, position: null }), () => ben.disconnect()]) {
        let moved = next(ada, 'cursor_moved');
        ben.emit('cursor_update', { room_id, position: 0 });
        assert.equal((await moved).cursors[0]?.position, 0);
        moved = next(ada, 'cursor_moved');
        leave();
        assert.equal((await moved).cursors[0]?.position, null);
        assert.deepEqual((await request(ada, 'get_room_state', { room_id })).cursors, []);
      }
    });

    it('may be shown by a viewer', async () => {
      const client = await connect(await startServer(), { sub: 'ada', rooms: { '*': 'viewer' } });
      await request(client, 'join_room', { room_id });
      await request(client, 'cursor_update', { room_id, position: 0 });
    });
  });

  describe('typing', () => {
    it('tells who types now, once for each change, and ends with its owner', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const ben = await connect(server, { sub: 'ben' });
      for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
      const changes = collect(ada, 'typing_changed');
      for (const [at, is_typing] of [true, true, false, true].entries()) {
        await request(ben, 'typing', { room_id, is_typing });
        if (at > 0) await until(() => changes.length === at);
      }
      assert.deepEqual((await request(ada, 'get_room_state', { room_id })).typing, ['ben']);
      ben.disconnect();
      while (changes.length < 4) await next(ada, 'typing_changed');
      assert.deepEqual(
        changes.map(({ user_ids }) => user_ids),
        [['ben'], [], ['ben'], []],
      );
    });

    it('ends by itself after five seconds', async () => {
      const client = await connect(await startServer(), { sub: 'ada' });
      await request(client, 'join_room', { room_id });
      await request(client, 'typing', { room_id, is_typing: true });
      const began = performance.now();
      assert.deepEqual((await next(client, 'typing_changed')).user_ids, []);
      assert.ok(performance.now() - began > 4500);
    });
  });

  describe('messages', () => {
    it('reach everyone in the room, JSON and binary alike', async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const ben = await connect(server, { sub: 'ben' });
      for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
      for (const message of [
        { chord: ['C', 'G7'], at: null },
        Buffer.from([0, 255, 7]),
        'text',
        { part: Buffer.from('x') },
      ]) {
        const received = [next(ada, 'room_message'), next(ben, 'room_message')];
        const { timestamp } = await request(ada, 'broadcast_message', { room_id, message });
        for (const each of received) assert.deepEqual(await each, { room_id, user_id: 'ada', message, timestamp });
      }
    });

    it('reach all connections of one user, and nobody else', async () => {
      const server = await startServer();
      const clients = await Promise.all(['ada', 'ben', 'ben', 'eve'].map((sub) => connect(server, { sub })));
      for (const client of clients) await request(client, 'join_room', { room_id });
      const [ada, phone, laptop, eve] = clients;
      assert.ok(ada && phone && laptop && eve);
      const overheard = [collect(ada, 'room_message'), collect(eve, 'room_message')];
      const received = [next(phone, 'room_message'), next(laptop, 'room_message')];
      await request(ada, 'broadcast_message', { room_id, message: 'psst', to: 'ben' });
      for (const each of received) assert.equal((await each).message, 'psst');
      for (const client of [ada, eve]) await caughtUp(client);
      assert.deepEqual(overheard, [[], []]);
      await refused(ada, 'broadcast_message', { room_id, message: 'psst', to: 'nobody' }, 'not_found');
    });
  });

  it('hears nothing more when it has left', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    const ben = await connect(server, { sub: 'ben' });
    for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
    ben.emit('leave_room', { room_id });
    assert.deepEqual(await next(ben, 'room_left'), { room_id });
    const heard: string[] = [];
    ben.onAny((event: string) => heard.push(event));
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    await request(ada, 'broadcast_message', { room_id, message: 1 });
    await caughtUp(ben);
    assert.deepEqual(heard, []);
  });
});
