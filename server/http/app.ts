import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { version } from '../version.ts';

/** Whether the server takes connections. */
export type State = 'starting' | 'ready' | 'draining';

/** The routes that are asked over plain HTTP. */
export function createApp(state: () => State): RequestListener {
  const started = Date.now();
  const app = new Hono().basePath('/api/v1');
  app.get('/health', (context) => context.json({ status: 'ok', version, uptime_ms: Date.now() - started }));
  app.get('/ready', (context) => context.json({ status: state() }, state() === 'ready' ? 200 : 503));
  return getRequestListener(app.fetch);
}
