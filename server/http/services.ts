import type { Logger } from 'pino';
import type { Authenticate } from '../access/auth.ts';
import type { Bans } from '../access/bans.ts';
import type { GuestTokens } from '../access/guestTokens.ts';
import type { Invitations } from '../access/invitations.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Config, Paths } from '../config.ts';
import type { Connections } from '../connections/connections.ts';
import type { CheckOrigin } from '../door/origins.ts';
import type { Import } from '../editing/importing.ts';
import type { Writing } from '../editing/writing.ts';
import type { Perform } from '../instances/commands.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Consume } from '../limits/limits.ts';
import type { Log } from '../logs/log.ts';
import type { Publish } from '../publishing/publish.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Audit } from '../watch/audit.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Encodings } from '../wire/encodings.ts';
import type { Readers } from '../wire/readers.ts';

/** Where the page is served, and finds Socket.IO. */
export interface Place extends Paths {
  namespace: string;
}

/** Whether the server takes connections. */
export type State = 'starting' | 'ready' | 'draining';

/** What routes have to do with. */
export interface HttpServices {
  config: Config;
  /** Whether no key was configured: everybody may come in. */
  isDemo: boolean;
  checkOrigin: CheckOrigin;
  place: Place;
  /** Names this process among the instances. */
  instance: string;
  /** What rooms are kept in. */
  store: string;
  state(): State;
  /** Why the store does not do its work; undefined where it does. */
  trouble(): string | undefined;
  /** The time that the server tells. */
  now(): number;
  log: Log;
  kinds: Kinds;
  rooms: Rooms;
  connections: Connections;
  readers: Readers;
  encodings: Encodings;
  authenticate: Authenticate;
  bans: Bans;
  permissions: Permissions;
  invitations: Invitations;
  guestTokens: GuestTokens;
  consume: Consume;
  perform: Perform;
  publish: Publish;
  writing: Writing;
  importLine: Import;
  audit: Audit;
  metrics: Metrics;
  logger: Logger;
}
