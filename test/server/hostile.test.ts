import assert from 'node:assert/strict';
import { Random } from '../support/random.ts';
import { RawClient } from '../support/raw.ts';
import {
  ask,
  type Client,
  caughtUp,
  collect,
  connect,
  next,
  refused,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { besiege } from '../support/siege.ts';

const room_id = 'song:42';
const next_door = 'song:next-door';
const token = tokenFor({ sub: 'eve' });

describe('a hostile client', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let neighbours: [Client, Client];

  beforeEach(async () => {
    server = await startServer({ trustProxyHops: 1 });
    neighbours = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ben' })];
    for (const client of neighbours) await request(client, 'join_room', { room_id: next_door });
  });

  afterEach(async () => {
    const [ada, ben] = neighbours;
    const update = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id: next_door, operation: ['x'] });
    await update;
  });

  describe('that sends a malformed packet is cut off or not heard, and nothing else happens:', () => {
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const packets: Record<string, (string | Buffer)[]> = {
      'an empty frame': [''],
      'an unknown Engine.IO type': ['9'],
      words: ['hello'],
      'an Engine.IO packet of the client’s own making': ['0{"sid":"x"}'],
      'a ping that is the server’s to send': ['2'],
      'pongs that nobody asked for': ['3', '3', '3probe'],
      'an upgrade': ['5'],
      'an empty message': ['4'],
      'an unknown Socket.IO type': ['49'],
      'half an event': ['42["ping"'],
      'an object for an event': ['42{"ping":1}'],
      'an event without a name': ['42[]'],
      'a number for a name': ['42[1,{}]'],
      'null for a name': ['42[null]'],
      'an object for a name': ['42[{}]'],
      'reserved names': ['42["connect"]', '42["disconnect"]', '42["disconnecting"]', '42["newListener"]'],
      'names of every object': ['42["__proto__",{}]', '42["constructor",{}]', '42["hasOwnProperty",{}]'],
      'another namespace': ['40/admin,{}'],
      'a second connect': [`40${JSON.stringify({ token })}`],
      'acknowledgements of nothing, doubled': ['430[1]', '430[1]', '43[1]', '43999999999999999999[{}]'],
      'a connect error': ['44{"message":"x"}'],
      'attachments that never come': ['452-["broadcast_message",{"_placeholder":true,"num":0}]', '42["ping",{}]'],
      'a million attachments': ['451000000-["broadcast_message",{}]'],
      'an attachment of another number': ['451-["broadcast_message",{"_placeholder":true,"num":7}]', Buffer.from('x')],
      'an attachment named length': [
        '451-["broadcast_message",{"_placeholder":true,"num":"length"}]',
        Buffer.from('x'),
      ],
      'binary that nobody announced': [Buffer.from('x'), Buffer.alloc(0)],
      'JSON 100,000 deep': [`42["broadcast_message",${deep(100_000)}]`],
      'JSON 100,000 deep with an attachment': [`451-["broadcast_message",${deep(100_000)}]`, Buffer.from('x')],
      'a key __proto__': [
        '42["join_room",{"__proto__":{"room_id":"song:42"},"constructor":{"prototype":{"role":"host"}}}]',
      ],
      'a frame of 1 MiB': ['x'.repeat(2 ** 20)],
      'a number without end': [`42["ping",${'9'.repeat(100_000)}]`],
      'an acknowledgement without end': [`42${'9'.repeat(100_000)}["ping",{}]`],
    };
    for (const [name, sent] of Object.entries(packets)) {
      it(name, async () => {
        for (const client of [await RawClient.open(server), await RawClient.connect(server, token)]) {
          for (const packet of sent) client.send(packet);
          client.send('429["ping",{}]');
          await Promise.race([client.closed, client.packet(/^439\[\{"ok":/)]);
        }
        assert.equal(({} as { role?: string }).role, undefined);
        assert.equal(({} as { room_id?: string }).room_id, undefined);
      });
    }

    it('and over polling', async () => {
      const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
      const attempts: [string, RequestInit][] = [
        [`${url}&sid=unknown`, {}],
        [url.replace('EIO=4', 'EIO=3'), {}],
        [url.replace('polling', 'carrier-pigeon'), {}],
        [`${url}&sid=__proto__`, { method: 'POST', body: '40' }],
        [url, { method: 'DELETE' }],
        [`${url}&sid=${sid}`, { method: 'POST', body: 'x'.repeat(2 ** 20) }],
        [`${url}&sid=${sid}`, { method: 'POST', body: '4\u001e\u001e9\u001e42[' }],
      ];
      for (const [target, init] of attempts) {
        const outcome = await fetch(target, init).then(
          ({ status }) => status,
          () => 0,
        );
        assert.ok(outcome === 0 || outcome >= 400 || init.method === 'POST', `${target}: ${outcome}`);
      }
    });
  });

  it('that opens 5,000 connections and never says who it is has 500, and others come in', async () => {
    const headers = { 'X-Forwarded-For': '198.51.100.66' };
    const clients: RawClient[] = [];
    let most = 0;
    for (let batch = 0; batch < 50; batch++) {
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => RawClient.open(server, { headers })))));
      most = Math.max(most, clients.filter(({ socket }) => socket.readyState === socket.OPEN).length);
      await caughtUp(neighbours[0]);
    }
    assert.equal(most, 500);
    await connect(server, { sub: 'carl' }, { extraHeaders: { 'X-Forwarded-For': '198.51.100.1' } });
  }).timeout(60_000);

  it('that connects many times over one connection is connected once', async () => {
    const client = await RawClient.open(server);
    for (let attempt = 0; attempt < 20; attempt++) client.send(`40${JSON.stringify({ token })}`);
    const accepted = () => client.received.filter((packet) => packet.startsWith('40')).length;
    await Promise.race([client.closed, client.packet(/^42\["connected"/)]);
    assert.ok(accepted() <= 1);
  });

  it('that joins 2,000 rooms at once is in 50', async () => {
    const eve = await connect(server, { sub: 'eve' });
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => ask(eve, 'join_room', { room_id: `song:${index}` })),
    );
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.error_code));
    assert.equal(codes.filter((code) => code === 'ok').length, 50);
    // Those that come faster than they can be answered are refused at once.
    assert.deepEqual([...new Set(codes)].filter((code) => code !== 'rate_limited').sort(), [
      'ok',
      'too_many_connections',
    ]);
  });

  it('that forges a client_id or a sequence changes nothing of another’s', async () => {
    const [ada] = neighbours;
    await request(ada, 'join_room', { room_id, client_id: 'a' });
    for (const sequence of [1, 2]) {
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence });
    }
    const eve = await connect(server, { sub: 'eve' });
    await refused(eve, 'join_room', { room_id, client_id: 'a' }, 'forbidden');
    await request(ada, 'leave_room', { room_id });
    await refused(eve, 'join_room', { room_id, client_id: 'a' }, 'forbidden');
    await request(ada, 'join_room', { room_id, client_id: 'a' });
    await refused(ada, 'collaboration_operation', { room_id, operation: ['y'], sequence: 1 }, 'conflict');
    await refused(ada, 'collaboration_operation', { room_id, operation: ['y'], sequence: 2 }, 'conflict');
    const replayed = await request(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence: 2 });
    assert.equal(replayed.revision, 2);
    assert.equal((await request(ada, 'get_room_state', { room_id })).document?.content, 'xx');
  });

  it('that forges who sent something is named all the same', async () => {
    const [ada] = neighbours;
    await request(ada, 'join_room', { room_id });
    const eve = await connect(server, { sub: 'eve' });
    await request(eve, 'join_room', { room_id, client_id: 'e', user_id: 'ada', role: 'host' } as never);
    const forged = { user_id: 'ada', client_id: 'a', sender: 'ada', timestamp: 1 };
    const [message, update, moved] = [
      next(ada, 'room_message'),
      next(ada, 'collaboration_update'),
      next(ada, 'cursor_moved'),
    ];
    await request(eve, 'broadcast_message', { room_id, message: 'hi', ...forged } as never);
    await request(eve, 'collaboration_operation', { room_id, operation: ['x'], ...forged } as never);
    await request(eve, 'cursor_update', { room_id, position: 0, ...forged } as never);
    assert.equal((await message).user_id, 'eve');
    const [entry] = (await update).operations;
    assert.deepEqual([entry?.user_id, entry?.client_id], ['eve', 'e']);
    assert.ok((entry?.timestamp ?? 0) > 1);
    const [cursor] = (await moved).cursors;
    assert.deepEqual([cursor?.user_id, cursor?.client_id], ['eve', 'e']);
    const { participants } = await request(eve, 'get_room_state', { room_id });
    assert.equal(participants.find(({ user_id }) => user_id === 'eve')?.role, 'editor');
  });

  it('that writes against bases 10,000 revisions old, in a loop, leaves the room next door its turns', async () => {
    const eve = await connect(server, { sub: 'eve' });
    const { epoch } = await request(eve, 'join_room', { room_id, client_id: 'e' });
    assert.equal(epoch, '');
    for (let written = 0; written < 10_000; written += 500) {
      const operations = Array.from({ length: 500 }, () =>
        request(eve, 'collaboration_operation', { room_id, operation: ['x'] }),
      );
      await Promise.all(operations);
    }
    const stale = Array.from({ length: 50 }, () =>
      ask(eve, 'collaboration_operation', { room_id, operation: ['y'], revision: 0 }),
    );
    let answered = 0;
    for (const one of stale) one.then(() => answered++);
    let turnsNextDoor = 0;
    for (; answered < 50; turnsNextDoor++) await caughtUp(neighbours[0]);
    assert.ok(turnsNextDoor > 20, `next door had ${turnsNextDoor} turns`);
    for (const answer of await Promise.all(stale)) assert.ok(answer.ok, JSON.stringify(answer));
    const { document } = await request(eve, 'get_room_state', { room_id });
    assert.equal(String(document?.content).length, 10_050);
  }).timeout(60_000);

  it('that sends 2,000 payloads of chance is answered each time', async () => {
    const errors = collect(neighbours[0], 'error');
    await besiege(server, 2_000, new Random());
    await caughtUp(neighbours[0]);
    assert.deepEqual(errors, []);
  });
});
