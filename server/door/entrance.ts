import type { Server as Engine } from 'engine.io';
import { ConfigError } from '../config.ts';
import type { TuttiIo, TuttiNamespace } from '../connections/socket.ts';
import type { Owner } from './intake.ts';

/** The Socket.IO server that connections come by: this server's own, or an application's that it shares. */
export interface Entrance {
  readonly io: TuttiIo;
  /** What listens nowhere by itself; undefined where it is the application's to listen. */
  readonly engine: Engine | undefined;
  /** Where all events are. */
  readonly namespace: TuttiNamespace;
  /** Whether the application has events of its own on the same transports: nothing here ends, or slows down, those. */
  readonly shared: boolean;
  /** Bytes that a packet may have at most, whatever is allowed. */
  readonly mostBytes: number;
  /** Whose another namespace is. */
  ownerOf(namespace: string): Owner;
  /** Ends all connections that there still are. */
  close(): Promise<void>;
}

/** What of Socket.IO has no public name: its namespaces, the dynamic ones, and its options. */
interface Internals {
  _nsps: Map<string, unknown>;
  parentNsps: { size: number };
  opts: { parser?: unknown; maxHttpBufferSize?: number };
}

export function isNamespace(name: string): boolean {
  return /^\/[\w.~/-]*$/.test(name);
}

/** A namespace by its name. Throws ConfigError where it is none. */
function named(name: string): string {
  if (isNamespace(name)) return name;
  throw new ConfigError(`namespace: expected a name such as /tutti (got ${JSON.stringify(name)})`);
}

export function ownEntrance({ io, engine }: Pick<Entrance, 'io' | 'engine'>, name = '/'): Entrance {
  const { _nsps, parentNsps } = io as unknown as Internals;
  const namespace: TuttiNamespace = io.of(named(name));
  return {
    io,
    engine,
    namespace,
    shared: false,
    mostBytes: Number.POSITIVE_INFINITY,
    ownerOf(other) {
      if (other === name) return 'us';
      // In its own default one nobody is, unless it is this.
      return other !== '/' && (_nsps.has(other) || parentNsps.size > 0) ? 'others' : 'nobody';
    },
    close: () => io.close(),
  };
}

/** A namespace beside the application's own. Throws ConfigError where it is in use already, or is not spoken. */
export function sharedEntrance(io: TuttiIo, name = '/tutti'): Entrance {
  const { _nsps, opts } = io as unknown as Internals;
  if (opts.parser !== undefined)
    throw new ConfigError('io: has a parser of its own, and clients speak the default one');
  if (_nsps.has(name)) throw new ConfigError(`namespace: ${name} of io is in use; choose another`);
  const namespace: TuttiNamespace = io.of(named(name));
  return {
    io,
    engine: undefined,
    namespace,
    shared: true,
    mostBytes: opts.maxHttpBufferSize ?? 1e6,
    ownerOf: (other) => (other === name ? 'us' : 'others'),
    async close() {
      namespace.local.disconnectSockets();
      namespace.removeAllListeners();
      await namespace.adapter.close();
      _nsps.delete(name);
    },
  };
}
