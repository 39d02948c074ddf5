import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { Server } from 'socket.io';
import type { AuthenticateHook } from './access/auth.ts';
import type { AuthorizeHook } from './access/permissions.ts';
import type { Config, ConfigOptions } from './config.ts';
import type { TuttiIo } from './connections/socket.ts';
import type { RoomHooks, StoringTimes } from './hooks/hooks.ts';
import type { Kind } from './kinds/kind.ts';
import type { Log } from './logs/log.ts';
import type { WebServer } from './mount.ts';
import type { Service } from './publishing/service.ts';

/** What only an application can bring, and the environment can not. */
export interface Application extends RoomHooks, StoringTimes {
  /**
   * An HTTP server of the application's, to answer there what is under `basePath` (default: `/tutti`), and nothing else. Who
   * listens on it, and until when, is the application's. Default: one that this server makes, listens with, and closes.
   */
  server?: WebServer;
  /**
   * A Socket.IO server of the application's, with events of its own: a namespace of it is used, and no other is touched. What
   * is asked over HTTP is answered on `server`, or where the application puts `handler`.
   */
  io?: Server;
  /** Socket.IO's namespace. Default: `/`, and `/tutti` of an application's `io`. */
  namespace?: string;
  /**
   * Kinds of rooms besides those that there are already: `{ board: { type } }` makes rooms `board:<id>`. An entry of the name of
   * one of those goes in its place. All instances have the same. docs/kinds.md tells how.
   */
  kinds?: Readonly<Record<string, Kind>>;
  /** Where rooms are kept; without it, Redis at `redisUrl`, or LMDB in `dataDir`. */
  log?: Log;
  /** Default: one that writes to standard error at `logLevel`. */
  logger?: Logger;
  /** Says who somebody is: whom a verified token is for, or by a cookie or another token. With it no key is needed. */
  authenticate?: AuthenticateHook;
  /** Says what someone may do in a room that the token does not name. */
  authorize?: AuthorizeHook;
}

/** The configuration, under the names of the environment's variables in camelCase, and the application's own part. */
export type ServerOptions = ConfigOptions & Application;

/** A running server; what it does as a service it does within the tenant `""`, where tokens name none. */
export interface CollaborationServer extends Service {
  /** Where it listens, such as `http://127.0.0.1:3000`. Throws an Error where an application's server does not listen yet. */
  readonly url: string;
  /** Socket.IO, for what it does besides: an adapter, an administration's page, namespaces of the application's own. */
  readonly io: TuttiIo;
  /**
   * Answers requests under `basePath`, for an application that routes them here by itself. The path may be stripped of what the
   * handler is mounted at, as Express does it.
   */
  readonly handler: RequestListener;
  /** What it was configured with. */
  readonly config: Config;
  /** Why the server can do only part of its work, such as a store that does not answer; undefined where it does all. */
  readonly trouble: string | undefined;
  /**
   * Resolves with the reason when the embedded store takes nothing any more, such as after an error of the disk: end the
   * process, and let it be started again. `tutti serve` does so.
   */
  readonly failed: Promise<string>;
  /** The same as a service within a tenant. `user_id` is who it says it is. */
  service(sender: { org_id?: string; user_id?: string }): Service;
  /**
   * Sends every connection away within `drainMs`, brings everything into the log, and closes it. What is the application's,
   * `server` or `io`, goes on without it.
   */
  close(): Promise<void>;
}
