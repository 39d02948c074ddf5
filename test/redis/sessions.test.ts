import assert from 'node:assert/strict';
import type { Feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { shareRedis } from '../support/instances.ts';
import { type Client, collect, member, next, request } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('sessions and feeds on two instances with one Redis', () => {
  const { pair } = shareRedis();

  /** A host on each instance, and how to stop the first one. */
  async function hosts(room_id: string): Promise<{ clients: [Client, Client]; stopFirst(): Promise<void> }> {
    const servers = await pair();
    const join = (server: { url: string }, sub: string) =>
      member(server, { sub, rooms: { '*': 'host' } }, { room_id, client_id: sub });
    const clients: [Client, Client] = [await join(servers[0], 'ann'), await join(servers[1], 'bob')];
    return { clients, stopFirst: () => servers[0].close() };
  }

  /** Sends commands, each to the other instance than the one before. Returns what both tell in the end, which is the same. */
  async function tell(room_id: string, clients: [Client, Client], commands: object[]): Promise<unknown> {
    const updates = clients.map((client) => collect(client, 'collaboration_update'));
    for (const [index, operation] of commands.entries()) {
      await request(clients[index % 2] as Client, 'collaboration_operation', { room_id, operation });
    }
    const states = [];
    for (const [index, client] of clients.entries()) {
      const operations = () => (updates[index] ?? []).flatMap((update) => update.operations);
      while (operations().length < commands.length) await next(client, 'collaboration_update');
      assert.deepEqual(
        operations().map(({ operation }) => operation),
        commands,
      );
      states.push((await request(client, 'get_room_state', { room_id })).document?.content);
    }
    assert.deepEqual(states[0], states[1]);
    return states[0];
  }

  it('take each form of command of a session', async () => {
    const { clients } = await hosts('session:1');
    const content = (await tell('session:1', clients, [
      { type: 'queue_track', track_id: 'a', title: 'First', duration_ms: 60_000 },
      { type: 'queue_track', track_id: 'b' },
      { type: 'vote_track', track_id: 'b', vote: 1 },
      { type: 'remove_track', track_id: 'a' },
      { type: 'playback_control', action: 'play' },
      { type: 'playback_control', action: 'seek', position_ms: 10 },
      { type: 'playback_control', action: 'pause', position_ms: 20 },
      { type: 'playback_control', action: 'skip' },
      { type: 'playback_control', action: 'stop' },
      { type: 'score_update', team: 'red', score: 3 },
      { type: 'score_update', team: 'red', delta: 2 },
      { type: 'session_update', state: { round: 2 } },
    ])) as Session;
    const { playback, ...others } = content;
    assert.deepEqual(others, { state: { round: 2 }, queue: [], scores: { red: 5 } });
    assert.equal(playback.status, 'stopped');
  });

  it('take each form of command of a feed', async () => {
    const { clients } = await hosts('channel:1');
    const { entries, read } = (await tell('channel:1', clients, [
      { type: 'message.new', text: 'one', data: { file: 'a.png' } },
      { type: 'message.new', text: 'two' },
      { type: 'message.edited', message_id: '1', text: 'first' },
      { type: 'message.deleted', message_id: '2' },
      { type: 'message.reaction', message_id: '1', reaction: '👍', on: true },
      { type: 'message.read', message_id: '2' },
    ])) as Feed;
    assert.deepEqual(
      entries.map(({ text, deleted, reactions }) => [text, deleted, reactions]),
      [
        ['first', undefined, { '👍': ['ann'] }],
        [undefined, true, {}],
      ],
    );
    assert.deepEqual(read, { bob: '2' });
  });

  it('skip a track that ends once', async () => {
    const room_id = 'session:1';
    const { clients } = await hosts(room_id);
    const updates: ServerPayload<'collaboration_update'>[] = collect(clients[0], 'collaboration_update');
    const queue = (track_id: string) => ({ type: 'queue_track', track_id, duration_ms: 50 });
    const commands = [queue('a'), queue('b'), { type: 'playback_control', action: 'play' }];
    await Promise.all(
      commands.map((operation) => request(clients[0], 'collaboration_operation', { room_id, operation })),
    );
    await until(() => updates.flatMap(({ operations }) => operations).length >= 5);
    // What another instance had to say is in the log before its answer to this.
    for (const client of clients) {
      const operation = { type: 'session_update', state: {} };
      await request(client, 'collaboration_operation', { room_id, operation });
    }
    const { revision, document } = await request(clients[1], 'get_room_state', { room_id });
    assert.equal(revision, 7);
    assert.equal((document?.content as Session | undefined)?.playback.status, 'stopped');
  });

  it('skip a track that ends when the instance on which it began is gone', async () => {
    const room_id = 'session:1';
    const { clients, stopFirst } = await hosts(room_id);
    const [ann, bob] = clients;
    for (const operation of [
      { type: 'queue_track', track_id: 'a', duration_ms: 60_000 },
      { type: 'queue_track', track_id: 'b' },
      { type: 'playback_control', action: 'play', position_ms: 59_000 },
    ]) {
      await request(ann, 'collaboration_operation', { room_id, operation });
    }
    const updates = collect(bob, 'collaboration_update');
    await stopFirst();
    await until(async () => {
      const { document } = await request(bob, 'get_room_state', { room_id });
      return (document?.content as Session | undefined)?.playback.track_id === 'b';
    });
    const last = await until(() => updates.find(({ revision, operations }) => revision + operations.length === 4));
    assert.equal(last.operations.at(-1)?.user_id, '');
  });
});
