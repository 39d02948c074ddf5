import { composeOperations } from '../../shared/documents/text/compose.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Connection } from '../connection/connection.ts';
import type { SavedText, SharedText } from '../documents/text.ts';
import { claim } from './claim.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long to wait for another tab to let go of what it has left unsent, in milliseconds. */
const patience = 2_000;
/** How long changes gather before they are kept, in milliseconds. */
const keepAfter = 100;

/** What is kept of a song across reloads. */
interface Kept {
  user_id: string | undefined;
  text: SavedText;
}

/** What names a room, and where it is kept. */
export interface Place {
  room_id: RoomId;
  connection: Connection;
  storage: ReplicaStorage;
}

/** Keeps a song where it outlives the page, each replica under a name that one tab at a time may hold. */
export class Persistence {
  readonly #storage: ReplicaStorage;
  readonly #connection: Connection;
  readonly #text: SharedText;
  /** Begins the names of all replicas of the room. */
  readonly #name: string;
  /** What an earlier page left. */
  #found: Kept | undefined;
  #isRestored = false;
  /** The name that it was last kept under: another one before it was known what an earlier page left. */
  #keptAs: string | undefined;
  /** Lets go of the replica's name. */
  #release: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ room_id, connection, storage }: Place, text: SharedText) {
    this.#storage = storage;
    this.#connection = connection;
    this.#text = text;
    this.#name = `${connection.url} ${room_id} `;
    globalThis.window?.addEventListener('pagehide', this.keep);
  }

  /** Whose text it is. */
  get writer(): string | undefined {
    return this.#found?.user_id ?? this.#connection.greeting?.user.user_id;
  }

  /** Claims what an earlier page left unsent or confirmed here, unless another tab holds it. */
  async open(): Promise<void> {
    const storage = this.#storage;
    const user_id = this.writer;
    const keys = (await storage.keys()).filter((key) => key.startsWith(this.#name));
    const found = await Promise.all(
      keys.map(async (key) => ({ key, kept: (await storage.get(key)) as Kept | undefined })),
    );
    // What is unsent has waited for this.
    found.sort((one, other) => +hasUnsent(other.kept) - +hasUnsent(one.kept));
    for (const { key, kept: before } of found) {
      const release = key !== this.#keptAs && (await claim(key, hasUnsent(before) ? patience : 0));
      if (!release) continue;
      const kept = (await storage.get(key)) as Kept | undefined;
      if (kept && (user_id === undefined || kept.user_id === user_id)) {
        this.#release = release;
        this.#found = kept;
        return;
      }
      release();
    }
    this.#release = (await claim(this.#name + this.#text.client_id)) ?? this.#release;
  }

  /** Goes on with what open() found. */
  restore(): void {
    this.#isRestored = true;
    if (!this.#found) return;
    this.#text.restore(this.#found.text);
    if (this.#keptAs) void this.keep();
  }

  keepSoon(): void {
    this.#timer ??= setTimeout(this.keep, keepAfter);
  }

  /** Keeps what a reload must not lose. */
  readonly keep = async (): Promise<void> => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#saved();
    const before = this.#keptAs;
    const key = this.#name + text.client_id;
    this.#keptAs = key;
    await this.#storage.set(key, { user_id: this.writer, text });
    if (before && before !== key) await this.#storage.delete(before);
  };

  /** After open(): keeps what is unsent, and lets another have it. */
  async close(): Promise<void> {
    globalThis.window?.removeEventListener('pagehide', this.keep);
    await this.keep();
    this.#release();
  }

  /** What was typed over what was found but never shown comes before it, as it would have been shown. */
  #saved(): SavedText {
    const saved = this.#text.save();
    const found = !this.#isRestored && this.#found?.text;
    return found ? { ...found, pending: composeOperations(found.pending, saved.pending) } : saved;
  }
}

function hasUnsent(kept: Kept | undefined): boolean {
  return Boolean(kept?.text.in_flight || kept?.text.pending.length);
}
