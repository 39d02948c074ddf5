import assert from 'node:assert/strict';
import { builtInKinds } from '../../server/builtInKinds.ts';
import { createHono } from '../../server/http/app.ts';
import type { HttpServices } from '../../server/http/services.ts';
import { yjs } from '../../server/yjs/index.ts';
import { defineEvents } from '../../shared/documents/events.ts';
import { clientEvents } from '../../shared/events.ts';
import { attacks } from '../campaigns/attack/attacks.ts';
import { byType } from '../campaigns/attack/commands.ts';
import { routes } from '../campaigns/attack/routes.ts';

/** Anything at all: which routes there are depends on nothing. */
const anything: object = new Proxy(() => {}, { get: (_, name) => (typeof name === 'string' ? anything : undefined) });

/** Files of the page, which are alike. */
const ofPage = /^GET \/(?!api\/|metrics)/;

describe('the attacks', () => {
  const names = attacks.map(({ name }) => name);

  it('are made on every route that the server has, and on no other', () => {
    const there = createHono(anything as HttpServices)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => !ofPage.test(route));
    assert.ok(there.length > 20);
    assert.deepEqual(Object.keys(routes).sort(), [...new Set(there)].sort());
  });

  it('are made with every event that clients may send', () => {
    const missing = Object.keys(clientEvents)
      .flatMap((event) => [`${event}-costly`, `${event}-large`])
      .filter((name) => !names.includes(name));
    assert.deepEqual(missing, []);
  });

  it('are made on documents of each type that rooms hold', () => {
    const held = [...Object.values(builtInKinds), yjs(), { type: defineEvents({}) }];
    const types = new Set(held.map(({ type }) => type.name));
    assert.deepEqual(Object.keys(byType).sort(), [...types].sort());
    const missing = Object.values(byType).flatMap((made) => made.filter((name) => !names.includes(name)));
    assert.deepEqual(missing, []);
  });
});
