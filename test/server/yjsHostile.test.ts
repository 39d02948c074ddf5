import assert from 'node:assert/strict';
import { yjs } from '../../server/yjs/index.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import type { Acknowledgement } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { type Client, connect, member, refused, request, startServer } from '../support/server.ts';
import { synced, writer } from '../support/yjsRoom.ts';
import { costlyUpdate, type Id, updateOf } from '../support/yjsUpdates.ts';

const kinds = { note: yjs() };
const room_id = 'note:1';

/** How long a ping takes meanwhile, in milliseconds, one after the other. */
async function pingsDuring(client: Client, action: () => Promise<unknown>): Promise<number[]> {
  const pings: number[] = [];
  let isOver = false;
  const over = action().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const began = monotonic();
    await request(client, 'ping', {});
    pings.push(monotonic() - began);
  }
  await over;
  return pings.sort((one, other) => one - other);
}

describe('updates of Yjs that take long', function () {
  this.timeout(120_000);

  it('hold up nobody: those of 56 KB and of 144 KB are refused, and others are answered meanwhile', async () => {
    const server = await startServer({ kinds });
    const neighbour = await connect(server, { sub: 'ann' });
    const eve = await member(server, { sub: 'eve' }, { room_id, client_id: 'eve' });
    const send = async (kilobytes: number) => {
      const operation = toBase64(costlyUpdate(1, (kilobytes * 1024) / 9));
      await refused(eve, 'collaboration_operation', { room_id, operation }, 'too_large');
    };
    // It has its thread, and everything was run once.
    await send(56);
    const pings = await pingsDuring(neighbour, async () => {
      for (const kilobytes of [56, 144, 56, 144]) await send(kilobytes);
    });
    // An update of 144 KB blocks whoever applies it for 20 s.
    assert.ok((pings.at(-1) ?? 0) < 2_000, `a ping took ${pings.at(-1)} ms`);
  });

  it('are refused too where they come in small pieces, and the document can be opened', async () => {
    const server = await startServer({ kinds });
    const eve = await member(server, { sub: 'eve' }, { room_id, client_id: 'eve' });
    // Where others have the processor, a second of work may take ten.
    const send = (update: Uint8Array): Promise<Acknowledgement<'collaboration_operation'>> =>
      eve.timeout(60_000).emitWithAck('collaboration_operation', { room_id, operation: toBase64(update) } as never);
    const length = 40_000;
    assert.ok((await send(updateOf(1, 0, [{ text: 'x'.repeat(length) }]))).ok);
    let clock = length;
    let refusal: string | undefined;
    while (!refusal && clock < 2 * length) {
      const items = Array.from({ length: 60 }, (_, at) => ({ right: [1, 2 * length - 1 - clock - at] as Id }));
      const answer = await send(updateOf(1, clock, items));
      if (!answer.ok) refusal = answer.error.error_code;
      else clock += items.length;
    }
    assert.equal(refusal, 'too_large');
    const began = monotonic();
    const ann = writer(server, { sub: 'ann' });
    await synced(ann);
    assert.ok(monotonic() - began < 30_000, `it took ${monotonic() - began} ms`);
    assert.equal(ann.text.length, clock);
    // What it has can still go.
    ann.text.delete(0, 100);
    await ann.provider.stored();
  });

  it('come before what their client sends after them, which needs no trial', async () => {
    const server = await startServer({ kinds });
    const eve = await member(server, { sub: 'eve' }, { room_id, client_id: 'eve' });
    const long = updateOf(1, 0, [{ text: 'x' }, ...Array.from({ length: 1_000 }, () => ({ right: [1, 0] as Id }))]);
    const short = updateOf(1, 1_001, [{ left: [1, 1_000] }]);
    const sent = [long, short].map((update, at) =>
      request(eve, 'collaboration_operation', { room_id, operation: toBase64(update), sequence: at + 1 }),
    );
    assert.deepEqual(
      (await Promise.all(sent)).map(({ revision }) => revision),
      [1, 2],
    );
  });
});
