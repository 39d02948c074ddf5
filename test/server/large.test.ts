import assert from 'node:assert/strict';
import { Client, type ClientOptions, feeds, memoryStorage } from '../../client/index.ts';
import type { RoomState } from '../../shared/events.ts';
import { type RefusalMessage, refusalCodes } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { RawClient } from '../support/raw.ts';
import { clientOf, connect, member, next, refused, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:1';

function clientFor(server: { url: string }, sub: string, options: ClientOptions = {}): Client {
  const client = new Client(server.url, { token: tokenFor({ sub }), storage: memoryStorage(), ...options });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

/** JSON as some libraries write it: nothing but ASCII. */
function escaped(value: unknown): string {
  return JSON.stringify(value).replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What a packet with an event is answered. */
async function ask(client: RawClient, id: number, event: string, json: string): Promise<{ error?: RefusalMessage }> {
  client.send(`42${id}["${event}",${json}]`);
  const packet = await client.packet(new RegExp(`^43${id}\\[`));
  return JSON.parse(packet.slice(packet.indexOf('[')))[0];
}

const pastes: [string, string][] = [
  ['100,000 control characters', '\u0001'.repeat(100_000)],
  ['100,000 emoji', '😀'.repeat(100_000)],
  ['300 KB of quotes', '"'.repeat(300_000)],
  ['300 KB of backslashes and line separators', '\\\u2028'.repeat(75_000)],
];

describe('a large paste', () => {
  for (const transport of ['websocket', 'polling'] as const) {
    for (const [name, paste] of pastes) {
      it(`of ${name} arrives by ${transport}, over one connection, and so does what is typed later`, async () => {
        const server = await startServer();
        const ada = clientFor(server, 'ada', { transports: [transport] });
        const ben = clientFor(server, 'ben').room(room_id);
        const { text } = ada.room(room_id);
        let lost = 0;
        ada.on('lost', () => {
          lost += 1;
        });
        text.insert(0, paste);
        text.insert(0, 'later ');
        await text.stored();
        text.insert(0, 'and later ');
        await text.stored();
        await until(() => ben.text.text.length === text.length);
        assert(ben.text.text === `and later later ${paste}`);
        assert.equal(lost, 0);
      }).timeout(20_000);
    }
  }

  it('for which the song has no room stays unsent, and deletions go through', async () => {
    const server = await startServer({ maxDocumentBytes: 400_000 });
    const ben = clientFor(server, 'ben').room(room_id);
    const { text } = clientFor(server, 'ada').room(room_id);
    text.insert(0, `${'x'.repeat(300_000)}.`);
    await text.stored();
    text.insert(300_001, '\u0001'.repeat(300_000));
    await until(() => text.status.refusal?.error_code === 'too_large');
    assert.equal(text.status.hasUnsent, true);
    text.delete(0, 10);
    text.insert(0, 'elsewhere ');
    await until(() => ben.text.text === `elsewhere ${'x'.repeat(299_990)}.`);
    assert.equal(text.status.hasUnsent, true);
    text.delete(10, 299_990);
    await text.stored();
    assert.equal(text.status.refusal, undefined);
    await until(() => ben.text.length === 300_011);
    assert(ben.text.text === `elsewhere .${'\u0001'.repeat(300_000)}`);
  }).timeout(20_000);
});

describe('a command that is too large', () => {
  it('is refused where it is made, and those after it are sent', async () => {
    const server = await startServer();
    const client = clientFor(server, 'ada', { documents: [feeds] });
    const { feed } = client.room('channel:1');
    let lost = 0;
    client.on('lost', () => {
      lost += 1;
    });
    const large = assert.rejects(feed.send('x'.repeat(3_000_000)), { error_code: 'too_large' });
    await feed.send('later');
    await large;
    assert.deepEqual(
      feed.entries.map(({ text }) => text),
      ['later'],
    );
    assert.equal(lost, 0);
  });
});

describe('a packet', () => {
  it('is read whole where what it means is within the limits, whatever of it is escaped', async () => {
    const server = await startServer();
    const ben = await member(server, { sub: 'ben' }, { room_id });
    const late = clientOf(server, { auth: { token: tokenFor({ sub: 'cy' }) } });
    late.connect();
    const { limits } = await next(late, 'connected');
    const ada = await RawClient.connect(server, tokenFor({ sub: 'ada' }));
    await ask(ada, 900, 'join_room', escaped({ room_id }));
    const operations = ['\u0001'.repeat(limits.max_operation_bytes), '😀'.repeat(limits.max_operation_bytes / 4)];
    for (const [index, text] of operations.entries()) {
      const json = escaped({ room_id, operation: [text] });
      assert(json.length > limits.max_packet_bytes / 3);
      const update = next(ben, 'collaboration_update');
      assert.deepEqual(await ask(ada, 901 + index, 'collaboration_operation', json), { ok: true, revision: index + 1 });
      assert.equal((await update).operations.length, 1);
    }
  });

  it('with more than an operation may insert is answered too_large, and the connection goes on', async () => {
    const server = await startServer();
    const ada = await RawClient.connect(server, tokenFor({ sub: 'ada' }));
    await ask(ada, 900, 'join_room', escaped({ room_id }));
    const paste = '😀'.repeat(100_000);
    const operate = (id: number, sequence: number, text: string) =>
      ask(ada, id, 'collaboration_operation', escaped({ room_id, operation: [text], sequence }));
    const { error } = await operate(901, 1, paste);
    assert.deepEqual([error?.error_code, error?.sequence], ['too_large', 1]);
    assert.deepEqual(await operate(902, 1, '😀'.repeat(50_000)), { ok: true, revision: 1 });
    assert.deepEqual(await operate(903, 2, '😀'.repeat(50_000)), { ok: true, revision: 2 });
    const ben = await connect(server, { sub: 'ben' });
    assert((await request(ben, 'join_room', { room_id })).document?.content === paste);
  });

  it('beyond what is read ends the connection, which says why', async () => {
    const server = await startServer({ maxOperationBytes: 1_000 });
    const bound = 6 * 10 * 1024 + 64 * 1024;
    const [ada, neighbour] = [
      await RawClient.connect(server, tokenFor({ sub: 'ada' })),
      await member(server, { sub: 'ben' }, { room_id }),
    ];
    const around = '42900["ping",""]'.length + 1;
    ada.send(`42900["ping","${'x'.repeat(bound - around)}"]`);
    await ada.packet(/^43900/);
    const code = new Promise((resolve) => ada.socket.once('close', resolve));
    ada.send(`42901["ping","${'x'.repeat(bound)}"]`);
    assertTooLarge(await ada.packet(/^42\["error"/), bound);
    assert.equal(await code, 1009);
    await request(neighbour, 'ping', {});
    await refused(neighbour, 'collaboration_operation', { room_id, operation: ['x'.repeat(2_000)] }, 'too_large');
  });

  it('beyond what is read is refused the same in attachments', async () => {
    const server = await startServer({ maxOperationBytes: 1_000 });
    const bound = 6 * 10 * 1024 + 64 * 1024;
    const ada = await RawClient.connect(server, tokenFor({ sub: 'ada' }));
    ada.send(
      '452-["broadcast_message",{"room_id":"1","message":[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]}]',
    );
    ada.send(Buffer.alloc(bound - 1_000));
    ada.send(Buffer.alloc(1_000));
    assertTooLarge(await ada.packet(/^42\["error"/), bound);
    await ada.closed;
  });

  it('beyond what is read is refused the same by polling', async () => {
    const server = await startServer({ maxOperationBytes: 1_000 });
    const bound = 6 * 10 * 1024 + 64 * 1024;
    const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid, maxPayload } = JSON.parse((await (await fetch(url)).text()).slice(1));
    assert.equal(maxPayload, bound);
    const poll = async () => (await fetch(`${url}&sid=${sid}`)).text();
    const post = (body: string) => fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    await post(`40${JSON.stringify({ token: tokenFor({ sub: 'ada' }) })}`);
    let heard = await poll();
    while (!heard.includes('"room_joined"')) heard += await poll();
    const polled = poll();
    await post(`42["ping","${'x'.repeat(bound)}"]`).catch(() => {});
    assertTooLarge((await polled).split('\u001e')[0] ?? '', bound);
    await until(async () => (await fetch(`${url}&sid=${sid}`)).status === 400);
  });
});

describe('a long song', () => {
  /** Of one letter, larger than what the system takes for a reader who takes nothing. */
  const bytes = 12_000_000;
  const limits = { maxDocumentBytes: bytes, maxOperationBytes: 4_000_000 };
  const contentOf = (answer: unknown) => (answer as RoomState).document?.content;

  it('comes whole to who reads it late, whatever others are answered meanwhile', async () => {
    const server = await startServer(limits);
    const ada = await connect(server, { sub: 'ada' });
    for (const letter of ['a', 'b']) {
      await request(ada, 'join_room', { room_id: `song:${letter}` });
      for (let part = 0; part < 4; part++)
        await request(ada, 'collaboration_operation', {
          room_id: `song:${letter}`,
          operation: [letter.repeat(bytes / 4)],
        });
    }
    const [late, gone] = await Promise.all(['late', 'gone'].map((sub) => RawClient.connect(server, tokenFor({ sub }))));
    assert.ok(late && gone);
    for (const { socket } of [late, gone]) socket.pause();
    const read = [late, gone].map((reader) => reader.ask('join_room', { room_id: 'song:a' }));
    const joinB = async () => {
      const { document } = await request(ada, 'join_room', { room_id: 'song:b' });
      assert.ok(document?.content === 'b'.repeat(bytes));
    };
    await joinB();
    gone.socket.terminate();
    for (let time = 0; time < 3; time++) await joinB();
    late.socket.resume();
    assert.ok(contentOf(await read[0]) === 'a'.repeat(bytes));
  }).timeout(30_000);

  it('comes whole to many who join and leave others at once', async () => {
    const server = await startServer();
    const letters = ['a', 'é', '歌', '😀', '\n'];
    const textOf = (letter = '') => letter.repeat(60_000);
    const [ada, ...others] = await Promise.all(letters.map((_, index) => connect(server, { sub: `ada-${index}` })));
    assert.ok(ada);
    const roomOf = (index: number) => `song:${index % letters.length}`;
    for (const [index, letter] of letters.entries()) {
      await request(ada, 'join_room', { room_id: roomOf(index) });
      await request(ada, 'collaboration_operation', {
        room_id: roomOf(index),
        operation: [textOf(letter)],
      });
    }
    await Promise.all(
      [ada, ...others].map(async (person, first) => {
        for (let index = first; index < first + 2 * letters.length; index++) {
          const { document } = await request(person, 'join_room', { room_id: roomOf(index) });
          assert.ok(document?.content === textOf(letters[index % letters.length]));
        }
      }),
    );
  });
});

function assertTooLarge(packet: string, bound: number): void {
  const [event, refusal] = JSON.parse(packet.slice(2)) as [string, RefusalMessage];
  assert.deepEqual(
    [event, refusal.error_code, refusal.code, refusal.fatal, refusal.message],
    ['error', 'too_large', refusalCodes.too_large, true, `a packet may have ${bound} bytes`],
  );
}
