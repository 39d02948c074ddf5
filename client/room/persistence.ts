import type { Role, RoomId } from '../../shared/rooms.ts';
import type { RoomDocument, Saved } from '../documents/type.ts';
import { claim } from './claim.ts';
import type { Owner } from './ownership.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long to wait for another tab to let go of what it has left unsent, in milliseconds. */
const patience = 2_000;
/** How long changes gather before they are kept, in milliseconds. */
const keepAfter = 100;

/** What is kept of a document across reloads. */
export interface Kept {
  saved: Saved;
  /** Whether something of it is not known to be in the log. */
  unsent: boolean;
  /** When it was kept last, in milliseconds since the Unix epoch. */
  at: number;
  /** What its owner might do then. */
  role: Role | undefined;
}

/** What names a room, and where it is kept. */
export interface Place {
  room_id: RoomId;
  storage: ReplicaStorage;
  /** Makes a document like the one that is kept, to be tried out. */
  create(): RoomDocument;
}

/** Keeps a document for its owner where it outlives the page, each replica under a name that one tab at a time may hold. */
export class Persistence {
  readonly #storage: ReplicaStorage;
  readonly #room_id: RoomId;
  readonly #document: RoomDocument;
  readonly #create: () => RoomDocument;
  /** Told whether it was possible, each time that something is kept. */
  readonly #onKept: (isKept: boolean) => void;
  /** Begins the names of all replicas that the owner has of the room; empty until it is known whose they are. */
  #name = '';
  /** What an earlier page left. */
  #found: Kept | undefined;
  #isRestored = false;
  /** The name that it was last kept under: another one before it was known what an earlier page left. */
  #keptAs: string | undefined;
  /** Lets go of the replica's name. */
  #release: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ room_id, storage, create }: Place, document: RoomDocument, onKept: (isKept: boolean) => void) {
    this.#storage = storage;
    this.#room_id = room_id;
    this.#document = document;
    this.#create = create;
    this.#onKept = onKept;
    globalThis.window?.addEventListener('pagehide', this.#keepNow);
  }

  /** Whether the document goes on from what an earlier page left, which is its owner's alone. */
  get goesOn(): boolean {
    return this.#isRestored && this.#found !== undefined;
  }

  /** Claims what an earlier page of its owner left unsent or confirmed here, unless another tab holds it. */
  async open(owner: Owner): Promise<void> {
    const storage = this.#storage;
    this.#name = `${owner} ${this.#room_id} `;
    const keys = (await storage.keys()).filter((key) => key.startsWith(this.#name));
    const found = await Promise.all(
      keys.map(async (key) => ({ key, kept: this.#readable(key, await storage.get(key)) })),
    );
    // What is unsent has waited for this.
    found.sort((one, other) => +!!other.kept?.unsent - +!!one.kept?.unsent);
    for (const { key, kept: before } of found) {
      const release = before && key !== this.#keptAs && (await claim(key, before.unsent ? patience : 0));
      if (!release) continue;
      this.#found = this.#readable(key, await storage.get(key));
      this.#release = release;
      if (this.#found) return;
      release();
    }
    this.#release = (await claim(this.#name + this.#document.client_id, 0, true)) ?? this.#release;
  }

  /** Goes on with what open() found. */
  restore(): void {
    this.#isRestored = true;
    if (this.#found) this.#document.restore(this.#found.saved);
    if (this.#keptAs || this.#document.status.hasUnsent) this.keepSoon();
  }

  /** After restore(): before, another tab may hold the name. */
  keepSoon(): void {
    if (this.#isRestored) this.#timer ??= setTimeout(this.#keepNow, keepAfter);
    else if (!this.#name) this.#onKept(false);
  }

  /** What there is to keep now. */
  get now(): Kept {
    const { role, hasUnsent } = this.#document.status;
    return { saved: this.#document.save(), unsent: hasUnsent, at: Date.now(), role };
  }

  /** Keeps what a reload must not lose. */
  async keep(now = this.now): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#behindFound(now);
    const before = this.#keptAs;
    const key = this.#name + kept.saved.client_id;
    this.#keptAs = key;
    let isKept: unknown = false;
    try {
      isKept = await this.#storage.set(key, kept);
      if (before && before !== key) await this.#storage.delete(before);
    } finally {
      this.#onKept(isKept !== false);
    }
  }

  /** Keeps nothing more by itself. */
  stop(): void {
    clearTimeout(this.#timer);
    globalThis.window?.removeEventListener('pagehide', this.#keepNow);
  }

  /** After open(): keeps what is unsent, and lets another have it. */
  async close(now?: Kept): Promise<void> {
    this.stop();
    await this.keep(now);
    this.#release();
  }

  /** After open(): what is here is not kept, as it is kept elsewhere. */
  async drop(): Promise<void> {
    this.stop();
    await this.#storage.delete(this.#keptAs ?? this.#name + this.#document.client_id);
    this.#release();
  }

  /** Where that fails, the room has been told. */
  readonly #keepNow = (): void => {
    if (this.#name) this.keep().catch(() => {});
  };

  /** What was kept, where one can go on from it: a storage may have been filled by anyone. */
  #readable(key: string, value: unknown): Kept | undefined {
    try {
      const kept = value as Kept;
      const { client_id, epoch, revision, sequence } = kept.saved;
      if (key !== this.#name + client_id || !Number.isInteger(revision + sequence) || !epoch.isWellFormed()) return;
      this.#create().restore(kept.saved);
      return kept;
    } catch {
      return;
    }
  }

  /** What was done before it was known what an earlier page has left comes after that. */
  #behindFound(now: Kept): Kept {
    const found = this.#found;
    const { role = found?.role } = now;
    if (!found || this.#isRestored) return { ...now, role };
    return { ...now, role, saved: this.#document.behind(found.saved, now.saved), unsent: now.unsent || found.unsent };
  }
}
