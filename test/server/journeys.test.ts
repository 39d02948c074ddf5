import assert from 'node:assert/strict';
import type { ClientEventName } from '../../shared/events.ts';
import { RawClient } from '../support/raw.ts';
import { ask, type Client, connect, startServer, tokenFor } from '../support/server.ts';

const room_id = 'song:42';
const claims = { sub: 'ada', rooms: { [room_id]: 'editor' } };

/** A client of any make: asks, and is answered; and goes away as a network would take it. */
interface Traveller {
  ask(event: ClientEventName, payload: unknown): Promise<Record<string, unknown>>;
  vanish(): void;
}

function ofSocketIo(client: Client): Traveller {
  return {
    ask: async (event, payload) => ({ ...(await ask(client, event, payload as never)) }),
    vanish: () => client.io.engine.close(),
  };
}

const makes: Record<string, (server: { url: string }) => Promise<Traveller>> = {
  'a plain socket.io-client': async (server) =>
    ofSocketIo(await connect(server, claims, { transports: ['polling', 'websocket'] })),
  'one that only polls': async (server) => ofSocketIo(await connect(server, claims, { transports: ['polling'] })),
  'a raw WebSocket that speaks Engine.IO 4 by hand': async (server) => {
    const raw = await RawClient.connect(server, tokenFor(claims));
    return {
      ask: async (event, payload) => (await raw.ask(event, payload)) as Record<string, unknown>,
      vanish: () => raw.socket.terminate(),
    };
  },
};

describe('the whole journey: connect, join, edit, be refused, recover', () => {
  for (const [make, arrive] of Object.entries(makes)) {
    it(`of ${make}`, async () => {
      const server = await startServer();
      const ada = await arrive(server);
      const joined = await ada.ask('join_room', { room_id, client_id: 'a' });
      assert.deepEqual([joined.ok, joined.role, joined.revision], [true, 'editor', 0]);

      const edit = { room_id, operation: ['Hello'], revision: 0, sequence: 1 };
      assert.deepEqual(await ada.ask('collaboration_operation', edit), { ok: true, revision: 1 });
      const state = await ada.ask('get_room_state', { room_id });
      assert.deepEqual(state.document, { type: 'text', content: 'Hello' });

      const refusals: [ClientEventName, object, string][] = [
        ['join_room', { room_id: 'song:locked' }, 'forbidden'],
        ['collaboration_operation', { room_id, operation: [9, 'x'], revision: 1, sequence: 2 }, 'invalid_operation'],
        ['cursor_update', { room_id, position: 'here' }, 'bad_request'],
      ];
      for (const [event, payload, code] of refusals) {
        const { ok, error } = await ada.ask(event, payload);
        assert.deepEqual([ok, (error as { error_code: string }).error_code], [false, code]);
      }

      ada.vanish();
      const ben = ofSocketIo(await connect(server, { sub: 'ben' }));
      await ben.ask('join_room', { room_id });
      await ben.ask('collaboration_operation', { room_id, operation: [5, '!'], revision: 1 });

      const again = await arrive(server);
      const since = { epoch: state.epoch, revision: 1 };
      const recovered = await again.ask('join_room', { room_id, client_id: 'a', since });
      assert.deepEqual([recovered.recovered, recovered.revision, recovered.sequence], [true, 2, 1]);
      const [missed] = recovered.operations as { operation: unknown; user_id: string }[];
      assert.deepEqual([missed?.operation, missed?.user_id], [[5, '!'], 'ben']);
      assert.deepEqual(await again.ask('collaboration_operation', edit), { ok: true, revision: 1 });
    });
  }
});
