import type { Attack } from './attack.ts';
import { type Attacker, host, tokenOf, write } from './attacker.ts';
import { steadily } from './pace.ts';

/** What of a route costs most to answer. */
interface Row {
  /** Beside the path. */
  query?: string;
  body?(count: number): string;
  /** How often in a second: 20 unless it says otherwise. */
  perSecond?: number;
  /** What has to be there before. */
  prepare?(attacker: Attacker): Promise<void>;
}

const room_id = 'song:victim';
const invitation = 'i'.repeat(16);
const letters = 'y'.repeat(250_000);
/** A text that has nothing in common with the one before. */
const textOf = (count: number) => String.fromCharCode(97 + (count % 26)).repeat(100_000);
const lines = (count: number, rooms: number, content: string) =>
  Array.from({ length: rooms }, (_, at) =>
    JSON.stringify({ room_id: `song:import-${(count * rooms + at) % 200}`, type: 'text', timestamp: 1, content }),
  ).join('\n');

const song = (attacker: Attacker) => write(attacker, room_id, [[letters], [letters], [letters], [letters]]);
/** Much that one user has written: in a feed that forgets, and in others. */
async function traces(attacker: Attacker): Promise<void> {
  const news = Array.from({ length: 300 }, () => ({ type: 'message.new', text: 'x'.repeat(5_000) }));
  await write(attacker, 'channel:traces', news);
  for (let at = 0; at < 20; at++) await write(attacker, `channel:traces-${at}`, news.slice(0, 5));
}
const operations = JSON.stringify(Array.from({ length: 1_000 }, () => ({ operation: ['x'] })));

/** Every route that there is, by method and path; a test compares them with those that the server has. */
export const routes: Record<string, Row> = {
  'GET /metrics': {},
  'GET /api/v1/health': {},
  'GET /api/v1/ready': {},
  'GET /api/v1/status': {},
  'POST /api/v1/publish': {
    body: (count) =>
      JSON.stringify(
        Array.from({ length: 1_000 }, (_, at) => ({
          user_id: `u${(count + at) % 500}`,
          type: 'a.b',
          data: 'x'.repeat(500),
        })),
      ),
    perSecond: 2,
  },
  'GET /api/v1/rooms': { query: '?limit=1000', prepare: traces },
  'GET /api/v1/rooms/:room_id': { prepare: song },
  'POST /api/v1/rooms/:room_id/operations': { body: () => operations, perSecond: 2 },
  'GET /api/v1/rooms/:room_id/text': { prepare: song },
  'PUT /api/v1/rooms/:room_id/text': { body: textOf, perSecond: 10 },
  'GET /api/v1/export': { prepare: (attacker) => song(attacker).then(() => traces(attacker)), perSecond: 5 },
  'POST /api/v1/import': { query: '?existing=replace', body: (count) => lines(count, 20, textOf(count)), perSecond: 2 },
  'POST /api/v1/rooms/:room_id/invitations': { body: () => JSON.stringify({ role: 'viewer' }), perSecond: 200 },
  'GET /api/v1/rooms/:room_id/invitations': { perSecond: 200 },
  'GET /api/v1/rooms/:room_id/invitations/:id': { perSecond: 200 },
  'DELETE /api/v1/rooms/:room_id/invitations/:id': { perSecond: 200 },
  'POST /api/v1/guests': {
    body: (count) => JSON.stringify({ key: `${'k'.repeat(120)}${count}`, name: 'n'.repeat(128) }),
    perSecond: 200,
  },
  'DELETE /api/v1/rooms/:room_id': { prepare: song },
  'DELETE /api/v1/rooms/:room_id/participants/:user_id': { perSecond: 200 },
  'PUT /api/v1/rooms/:room_id/participants/:user_id': { perSecond: 200 },
  'GET /api/v1/rooms/:room_id/kicked': { perSecond: 200 },
  'DELETE /api/v1/users/:user_id/connections': { perSecond: 200 },
  'PUT /api/v1/users/:user_id/block': { perSecond: 200 },
  'DELETE /api/v1/users/:user_id/block': { perSecond: 200 },
  'GET /api/v1/users/:user_id/export': { prepare: traces, perSecond: 5 },
  'DELETE /api/v1/users/:user_id': { prepare: traces, perSecond: 5 },
  'POST /api/v1/tokens/revoke': {
    body: (count) => JSON.stringify({ jti: `${'j'.repeat(100)}${count}` }),
    perSecond: 200,
  },
  'GET /api/v1/users/:user_id/presence': { perSecond: 200 },
};

const others = ['/', '/song/x', '/nowhere', '/socket.io/'].map((path) => `GET ${path}`);

/** What a tenant's own services may do, one of which has gone wild. */
const service = { ...host, scope: 'admin publish' };
/** JSON that no route expects. */
const strange = JSON.stringify({
  role: 'viewer',
  key: 'k'.repeat(128),
  name: 'n'.repeat(128),
  padding: 'x'.repeat(4_000),
});

function nameOf(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  const named = pathOf(path).replace(invitation, 'id').replace('/api/v1', '');
  return `${method.toLowerCase()}${named.replaceAll(/[/:]+/g, '-').replace(/-$/, '')}`;
}

function pathOf(path: string): string {
  return path.replace(':room_id', room_id).replace(':user_id', 'eve').replace(':id', invitation);
}

/** What nobody may ask, and who has a token: 200 times a second. */
function asking(route: string): Attack[] {
  const [method = '', path = ''] = route.split(' ');
  const request = { method, path: pathOf(path), body: strange };
  return [
    {
      name: `${nameOf(route)}-at-200`,
      run: (attacker, signal) => steadily(200, signal, () => attacker.request(request)),
    },
    {
      name: `${nameOf(route)}-at-200-with-token`,
      run: (attacker, signal) =>
        steadily(200, signal, () => attacker.request({ ...request, token: tokenOf('eve', host) })),
    },
  ];
}

function costly(route: string, { query = '', body, perSecond = 20, prepare }: Row): Attack {
  const [method = '', path = ''] = route.split(' ');
  return {
    name: `${nameOf(route)}-costly`,
    ...(prepare && { prepare }),
    run: (attacker, signal) =>
      steadily(perSecond, signal, (count) =>
        attacker.request({
          method,
          path: pathOf(path) + query,
          body: body?.(count),
          token: tokenOf(`service-${count % 4}`, service),
        }),
      ),
  };
}

export const routeAttacks: Attack[] = [
  ...Object.keys(routes).flatMap(asking),
  ...others.flatMap(asking),
  ...Object.entries(routes).map(([route, row]) => costly(route, row)),
];
