/** The public face of `tutti/yjs`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type {
  Client,
  Documents,
  RefusalMessage,
  RoomDocument,
  Saved,
  ShownCursor,
  Status,
  Surroundings,
} from 'tutti/client';
import type { Answer, Cursor, Role, RoomKind, RoomState, ServerPayload, Since } from 'tutti/shared';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc, ID } from 'yjs';
export { SharedDoc, TuttiProvider, yjs };
export type { ProviderEvents, ProviderOptions, ProviderStatus, SharedDocEvents };

interface ProviderEvents {
  sync: boolean;
  status: {
    status: ProviderStatus;
  };
  access: {
    role: Role | undefined;
    refusal: RefusalMessage | undefined;
  };
  reload: Doc;
}

interface ProviderOptions {
  awareness?: Awareness;
  connect?: boolean;
}

type ProviderStatus = 'connecting' | 'connected' | 'disconnected';

declare class SharedDoc implements RoomDocument {
  readonly name = 'yjs';
  constructor(surroundings: Surroundings, doc?: Doc, now?: typeof monotonic);
  get doc(): Doc;
  get client_id(): string;
  userOf(client: number): string | undefined;
  deleterOf(client: number, clock: number): string | undefined;
  get status(): Status;
  on(name: 'change', listener: () => void): () => void;
  on<Name extends keyof SharedDocEvents>(name: Name, listener: (event: SharedDocEvents[Name]) => void): () => void;
  get since(): Since;
  get need(): Need | undefined;
  get wait(): number;
  replace(doc: Doc): void;
  discard(): void;
  save(): SavedDoc;
  restore({ client_id, epoch, revision, proof, sequence, base, more }: SavedDoc): void;
  behind(found: SavedDoc, { base, more }: SavedDoc): SavedDoc;
  outgoing({ max_operation_bytes }: Limits): Message | undefined;
  refused(message: Message, refusal: RefusalMessage): void;
  unanswered(message: Message): void;
  disconnected(): void;
  reset(client_id: string): void;
  joined({ epoch, revision, proof, role, sequence, operations, document, cursors }: RoomState): void;
  updated({ epoch, revision, operations, proof }: ServerPayload<'collaboration_update'>): void;
  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void;
  headed({ epoch, revision }: ServerPayload<'room_head'>): void;
  roleChanged({ role }: ServerPayload<'role_changed'>): void;
  get otherCursors(): readonly ShownCursor<object>[];
  cursorsMoved(cursors: readonly Cursor[]): void;
  toWire(position: object | null): {
    position: unknown;
  };
}

interface SharedDocEvents {
  status: Status;
  change: undefined;
  doc: Doc;
}

declare class TuttiProvider {
  constructor(client: Client, room_id: string, doc?: Doc, options?: ProviderOptions);
  get doc(): Doc;
  get awareness(): Awareness;
  get synced(): boolean;
  get status(): ProviderStatus;
  get role(): Role | undefined;
  get refusal(): RefusalMessage | undefined;
  get hasUnsent(): boolean;
  userOf(client: number): string | undefined;
  deleterOf({ client, clock }: ID): string | undefined;
  stored(): Promise<void>;
  discard(): void;
  connect(): void;
  disconnect(): void;
  destroy(): void;
  on<Name extends keyof ProviderEvents>(name: Name, listener: (event: ProviderEvents[Name]) => void): void;
  off<Name extends keyof ProviderEvents>(_name: Name, listener: (event: ProviderEvents[Name]) => void): void;
}

declare function yjs(...kinds: RoomKind[]): Documents<SharedDoc>;

// Not exported, but mentioned above.

interface Change {
  update: string;
  user_id?: string;
}

type Limits = ServerPayload<'connected'>['limits'];

interface Message {
  operation: unknown;
  revision: number;
  sequence: number;
}

type Need =
  | {
      event: 'join_room';
      since?: Since;
    }
  | {
      event: 'get_operations';
      since: Since;
    };

interface SavedBase {
  state: string;
  clients: string;
  users: string[];
  deletes: Span[];
  deletions?: string;
}

interface SavedDoc extends Saved {
  base: SavedBase;
  more: readonly Change[];
}

interface Span {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

declare function monotonic(): number;
