import assert from 'node:assert/strict';
import { call } from './http.ts';

const root = { sub: 'root', rooms: {}, scope: 'admin' };

/** What an administrator of a tenant does against users and tokens; each succeeds. */
export function administrator(server: { url: string }, org_id = '') {
  const claims = { ...root, org_id };
  const user = (user_id: string) => `/api/v1/users/${encodeURIComponent(user_id)}/block`;
  async function done(route: string, body?: object) {
    const answer = await call(server, route, claims, body && { body: JSON.stringify(body) });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  }
  return {
    block: (user_id: string) => done(`PUT ${user(user_id)}`),
    unblock: (user_id: string) => done(`DELETE ${user(user_id)}`),
    revoke: (body: object) => done('POST /api/v1/tokens/revoke', body),
  };
}
