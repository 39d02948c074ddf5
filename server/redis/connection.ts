import { setTimeout as wait } from 'node:timers/promises';
import { monotonic } from '../../shared/monotonic.ts';
import { library } from './library.ts';

export type Argument = string | Buffer;

/** A client of one server, as far as it is used. */
export interface Node {
  readonly isReady: boolean;
  /** Another one whenever it has connected again. */
  readonly socketEpoch: number;
  sendCommand(args: Argument[]): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** One server or a cluster, alike. It connects by itself, again and again. */
export interface Connection {
  /** The client of the server that holds a key. Rejects while that is not known. */
  node(key: string): Promise<Node>;
  /** The clients of all servers that are known. */
  nodes(): Node[];
  ready(): boolean;
  /** How long an answer takes to come from there at best, in milliseconds, as the last connecting has shown. */
  distance(): number;
  /** After a call has failed: looks for the key's server anew where the error says that it is another. */
  refresh(key: string, error: Error): void;
  close(): void;
}

/** How long a call may take, in milliseconds; of a server that is far away, so many ways there and back longer. */
const patience = 2_500;
const ways = 4;

interface Listeners {
  onReady(): void;
  onError(error: Error): void;
}

/** Again after 50 to 500 ms: not all instances at once. */
export function reconnectDelay(): number {
  return 50 + Math.random() * 450;
}

/** What all clients have in common. A hung server is noticed by its silence to pings. */
export function clientOptions() {
  return {
    pingInterval: 1_000,
    socket: { connectTimeout: 5_000, socketTimeout: 3_000, reconnectStrategy: reconnectDelay },
  };
}

export function connect(urls: string[], listeners: Listeners): Connection {
  return urls.length > 1 ? connectCluster(urls, listeners) : connectSingle(urls[0] ?? '', listeners);
}

function connectSingle(url: string, { onReady, onError }: Listeners): Connection {
  const client = library().createClient({ url, ...clientOptions(), disableOfflineQueue: true });
  client.on('error', onError);
  let connectedAt = 0;
  let distance = 0;
  client.on('connect', () => {
    connectedAt = monotonic();
  });
  client.on('ready', () => {
    // It has been asked who it is.
    distance = monotonic() - connectedAt;
    onReady();
  });
  client.connect().catch(() => {});
  return {
    node: async () => client,
    nodes: () => [client],
    ready: () => client.isReady,
    distance: () => distance,
    refresh(_key, error) {
      // No master any more: the name or address may lead to the new one.
      if (error.message.startsWith('READONLY')) reconnect(client);
    },
    close: () => client.destroy(),
  };
}

function connectCluster(urls: string[], { onReady, onError }: Listeners): Connection {
  const { username, password, protocol } = new URL(urls[0] ?? '');
  const { socket, pingInterval } = clientOptions();
  const cluster = library().createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      socket: protocol === 'rediss:' ? { ...socket, tls: true as const } : socket,
      pingInterval,
      disableOfflineQueue: true,
    },
    // A server that is down would hold up the others.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: 500,
  });
  let closed = false;
  cluster.on('error', onError);
  cluster.on('node-error', onError);
  cluster.on('node-ready', onReady);
  const connected = connectRepeatedly();

  async function connectRepeatedly(): Promise<void> {
    while (!closed) {
      try {
        await cluster.connect();
        await Promise.allSettled(cluster.masters.map((master) => inTime(cluster.nodeClient(master))));
        return;
      } catch {
        await wait(reconnectDelay());
      }
    }
  }

  return {
    async node(key) {
      await connected;
      return cluster.getNodeClientForKey(key);
    },
    nodes: () => cluster.masters.flatMap(({ client }) => client ?? []),
    distance: () => 0,
    ready: () => cluster.isReady && cluster.masters.every(({ client }) => !client || client.isReady),
    refresh(key, error) {
      // A command that is redirected makes the client look at the cluster anew.
      if (error.message.startsWith('MOVED')) cluster.sendCommand(key, true, ['EXISTS', key]).catch(() => {});
    },
    close() {
      closed = true;
      if (cluster.isOpen) cluster.destroy();
    },
  };
}

/** Gives a connection up that does not answer, and makes another. */
export function reconnect(node: Node): void {
  node.destroy();
  node.connect().catch(() => {});
}

/** There was no answer in time. */
export class TimeOut extends Error {}

/** Rejects with TimeOut where it takes too long, for a server at that distance. */
export async function inTime<Result>(call: Promise<Result>, distance = 0): Promise<Result> {
  const most = patience + ways * distance;
  let timer: NodeJS.Timeout | undefined;
  const timeOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeOut(`no answer in ${Math.round(most)} ms`)), most);
  });
  try {
    return await Promise.race([call, timeOut]);
  } finally {
    clearTimeout(timer);
  }
}
