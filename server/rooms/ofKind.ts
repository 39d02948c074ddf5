import type { OperationLimits } from '../../shared/documents/type.ts';
import type { RoomState, ServerEventName, ServerPayload } from '../../shared/events.ts';
import type { KnownKind } from '../kinds/kinds.ts';
import type { Backlog } from '../limits/backlog.ts';
import type { Budget } from '../limits/budget.ts';
import type { Consume } from '../limits/limits.ts';
import type { Log } from '../logs/log.ts';
import type { Beat } from './beat.ts';
import type { Held } from './held.ts';
import type { Observer } from './observer.ts';
import type { Relay } from './relay.ts';

/** What all rooms of a kind have in common. */
export interface RoomOptions {
  kind: KnownKind;
  /** Socket.IO's, in which its connections are; `/` unless it is said. */
  namespace?: string;
  log: Log;
  beat: Beat;
  /** The time that the server stamps with: see server/watch/time.ts. */
  now(): number;
  /** Where the cost of what is done here is counted. */
  budget: Budget;
  /** Where what waits for the log is counted, in all rooms together. */
  backlog: Backlog;
  /** What all rooms take in memory. */
  held: Held;
  /** Takes from what a user may write. */
  consume: Consume;
  /** How the room speaks to other instances, where there may be any. */
  relay?: Relay | undefined;
  operationLimits: OperationLimits;
  /** What is told of the limits, where they are the kind's own. */
  limits?: RoomState['limits'];
  max_document_bytes: number;
  max_message_bytes: number;
  max_participants: number;
  /** Told of what happens here. */
  observer?: Observer | undefined;
  onAppended(milliseconds: number, committed: boolean): void;
  /** Told of what was sent to so many connections. */
  onSent(payload: ServerPayload<ServerEventName>, connections: number): void;
  onError(error: unknown): void;
}

/** A room, as far as it is like all others of its kind: they have the same options, and its parts see those by it. */
export abstract class OfKind {
  protected readonly options: RoomOptions;

  constructor(options: RoomOptions) {
    this.options = options;
  }

  get kind(): KnownKind {
    return this.options.kind;
  }

  get log(): Log {
    return this.options.log;
  }

  get now(): () => number {
    return this.options.now;
  }

  get namespace(): string | undefined {
    return this.options.namespace;
  }

  get beat(): Beat {
    return this.options.beat;
  }

  get history(): KnownKind['history'] {
    return this.options.kind.history;
  }

  get limits(): RoomState['limits'] {
    return this.options.limits;
  }

  get max_document_bytes(): number {
    return this.options.max_document_bytes;
  }

  get max_participants(): number {
    return this.options.max_participants;
  }

  get onSent(): RoomOptions['onSent'] {
    return this.options.onSent;
  }

  get onAppended(): RoomOptions['onAppended'] {
    return this.options.onAppended;
  }

  get onError(): RoomOptions['onError'] {
    return this.options.onError;
  }
}
