import type { Awareness } from 'y-protocols/awareness';
import { Doc, type ID } from 'yjs';
import { Refusal } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import type { Client } from '../client.ts';
import type { RefusalMessage } from '../connection/state.ts';
import { Listeners } from '../listeners.ts';
import type { Room } from '../room/room.ts';
import { createAwareness, quiet, showOthers } from './awareness.ts';
import { SharedDoc } from './document.ts';

export type ProviderStatus = 'connecting' | 'connected' | 'disconnected';

export interface ProviderEvents {
  /** Whether the document is what the room's log has, on disk, and nothing else. */
  sync: boolean;
  status: { status: ProviderStatus };
  /** What one may do here, or why the server does not take what was written, is another. */
  access: { role: Role | undefined; refusal: RefusalMessage | undefined };
  /** Another Doc is in the place of the one before: editors are to be bound to that. */
  reload: Doc;
}

export interface ProviderOptions {
  /** Bound to the same document. Default: one of its own. */
  awareness?: Awareness;
  /** Whether it connects at once. Default: true. */
  connect?: boolean;
}

/**
 * What editors for Yjs are bound to: keeps a Doc and a room of a kind of Yjs alike. The client was given that kind:
 * `connect(url, { documents: [yjs('note')] })`.
 */
export class TuttiProvider {
  readonly #client: Client;
  readonly #room_id: string;
  readonly #listeners = new Listeners<ProviderEvents>();
  /** How to stop each listener that on() was given. */
  readonly #stops = new Map<unknown, () => void>();
  #awareness: Awareness;
  #doc: Doc;
  #room: Room | undefined;
  #shared: SharedDoc | undefined;
  #left: (() => void)[] = [];
  #told: { synced: boolean; status: ProviderStatus; access: string } = {
    synced: false,
    status: 'disconnected',
    access: '',
  };

  constructor(client: Client, room_id: string, doc = new Doc(), options: ProviderOptions = {}) {
    const { awareness = createAwareness(doc), connect = true } = options;
    this.#client = client;
    this.#room_id = room_id;
    this.#doc = doc;
    this.#awareness = awareness;
    quiet(awareness);
    awareness.on('update', this.#shown);
    if (connect) this.connect();
  }

  get doc(): Doc {
    return this.#doc;
  }

  /** Who is here, and what each shows. After `reload` it is another, for the document that is there. */
  get awareness(): Awareness {
    return this.#awareness;
  }

  /** Whether the document is what the room's log has, on disk, and nothing else. */
  get synced(): boolean {
    const { status } = this.#shared ?? {};
    return this.status === 'connected' && status?.state === 'synchronized' && !status.hasUnsent;
  }

  get status(): ProviderStatus {
    switch (this.#room?.state.status) {
      case 'joined':
        return 'connected';
      case 'joining':
        return 'connecting';
      default:
        return 'disconnected';
    }
  }

  /** What one may do here: a viewer's editor is to be read-only. Undefined until the server has said so. */
  get role(): Role | undefined {
    return this.#room?.role;
  }

  /** Why the server does not take what was written, or lets one in no more. */
  get refusal(): RefusalMessage | undefined {
    return this.#shared?.status.refusal ?? this.#room?.state.refusal;
  }

  /** Whether something that was written is not known to be in the log. */
  get hasUnsent(): boolean {
    return this.#shared?.status.hasUnsent ?? false;
  }

  /** Whose a Yjs client is, as in the `client` of an item's id: who wrote that, however long ago. */
  userOf(client: number): string | undefined {
    return this.#shared?.userOf(client);
  }

  /** Who deleted what a Yjs client wrote, as in the `id` of an item that is `deleted`: undefined until the log has that. */
  deleterOf({ client, clock }: ID): string | undefined {
    return this.#shared?.deleterOf(client, clock);
  }

  /** Resolves when all that was written is in the log. Throws a Refusal where it is disconnected before that. */
  stored(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.synced) resolve();
        else if (this.status === 'disconnected') reject(new Refusal('unavailable', 'disconnected'));
        else return;
        for (const stop of stops) stop();
      };
      const stops = [this.#listeners.on('sync', look), this.#listeners.on('status', look)];
      look();
    });
  }

  /** Gives up what the log does not have, such as what a viewer has written: `reload` gives the document that is in its place. */
  discard(): void {
    this.#shared?.discard();
  }

  /** Joins the room, and does so again whenever that is needed. */
  connect(): void {
    if (this.#room) return;
    const room = this.#client.room(this.#room_id);
    const shared = room.document();
    if (!(shared instanceof SharedDoc)) throw new TypeError(`${room.room_id} is no document of Yjs`);
    this.#room = room;
    this.#shared = shared;
    shared.replace(this.#doc);
    this.#left = [
      room.on('state', ({ status }) => {
        if (status === 'joined') this.#show();
        this.#tell();
      }),
      room.on('cursors', () => showOthers(this.awareness, shared.otherCursors)),
      shared.on('status', () => this.#tell()),
      shared.on('doc', (doc) => this.#replaced(doc)),
    ];
    this.#tell();
  }

  /** Leaves the room. What is unsent is kept, where there is a storage, and in the document. */
  disconnect(): void {
    const room = this.#room;
    if (!room) return;
    for (const stop of this.#left) stop();
    this.#room = undefined;
    this.#shared = undefined;
    // What went wrong there, nobody waits for.
    room.leave().catch(() => {});
    showOthers(this.awareness, []);
    this.#tell();
  }

  destroy(): void {
    this.disconnect();
    this.awareness.off('update', this.#shown);
    this.awareness.destroy();
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  on<Name extends keyof ProviderEvents>(name: Name, listener: (event: ProviderEvents[Name]) => void): void {
    this.#stops.get(listener)?.();
    this.#stops.set(listener, this.#listeners.on(name, listener));
  }

  off<Name extends keyof ProviderEvents>(_name: Name, listener: (event: ProviderEvents[Name]) => void): void {
    this.#stops.get(listener)?.();
    this.#stops.delete(listener);
  }

  #replaced(doc: Doc): void {
    const before = this.#awareness;
    const state = before.getLocalState();
    this.#doc = doc;
    this.#awareness = createAwareness(doc);
    this.#awareness.setLocalState(state);
    this.#awareness.on('update', this.#shown);
    before.off('update', this.#shown);
    before.destroy();
    if (this.#shared) showOthers(this.#awareness, this.#shared.otherCursors);
    this.#listeners.emit('reload', doc);
  }

  /** One's own state is another. */
  readonly #shown = (_changes: unknown, origin: unknown): void => {
    if (origin !== 'remote') this.#show();
  };

  #show(): void {
    this.#room?.setCursor<object>(this.awareness.getLocalState());
  }

  /** Tells what is another. */
  #tell(): void {
    const { synced, status, role, refusal } = this;
    const access = JSON.stringify([role, refusal]);
    const before = this.#told;
    this.#told = { synced, status, access };
    if (before.status !== status) this.#listeners.emit('status', { status });
    if (before.access !== access) this.#listeners.emit('access', { role, refusal });
    if (before.synced !== synced) this.#listeners.emit('sync', synced);
  }
}
