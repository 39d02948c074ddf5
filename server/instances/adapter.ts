import { createRequire } from 'node:module';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { TuttiNamespace } from '../connections/socket.ts';
import type { Argument } from '../redis/connection.ts';
import type { Redis } from '../redis/redis.ts';
import type { Listener } from '../redis/subscriber.ts';

const require = createRequire(import.meta.url);

/**
 * Socket.IO's adapter for what goes to users, to connections, to everyone, and to the other instances; what goes to a
 * room has channels of its own. It awaits nothing that it publishes, so what cannot be published must not reject. While
 * Redis is gone it reaches the connections of this instance alone.
 */
export function createRedisAdapter(redis: Redis): (namespace: Namespace) => Adapter {
  // Where there is no Redis nobody loads it.
  const { createAdapter }: typeof import('@socket.io/redis-adapter') = require('@socket.io/redis-adapter');
  return createAdapter(publisher(redis), subscriber(redis), { key: redis.name('io') });
}

/** Gives a namespace an adapter of its own, beside those of an application's namespaces. */
export function giveAdapter(namespace: TuttiNamespace, create: (namespace: Namespace) => Adapter): void {
  void namespace.adapter.close();
  namespace.adapter = create(namespace as unknown as Namespace);
  void namespace.adapter.init();
}

/** As much of a client as the adapter uses. */
function publisher(redis: Redis) {
  return {
    publish: (channel: string, message: Argument) => redis.publish(channel, message),
    // By this, the adapter knows what kind of client it has.
    pSubscribe: () => {},
    on: () => {},
    off: () => {},
  };
}

function subscriber({ subscriber }: Redis) {
  const ends = new Map<string, () => void>();
  const subscribe = (how: 'subscribe' | 'pSubscribe') => (channels: string | string[], listener: Listener) => {
    for (const channel of [channels].flat()) ends.set(channel, subscriber.subscribe(channel, listener, how));
  };
  const unsubscribe = (channel: string) => ends.get(channel)?.();
  return {
    subscribe: subscribe('subscribe'),
    pSubscribe: subscribe('pSubscribe'),
    unsubscribe,
    pUnsubscribe: unsubscribe,
    on: () => {},
    off: () => {},
  };
}
