import type { RoomId } from '../../shared/rooms.ts';
import { LazyMap } from '../collections/lazyMap.ts';
import { type Broadcast, Frame, presenceInterval } from './frame.ts';
import type { Whispers } from './relay.ts';

/** How long typing lasts when nothing more is heard, in milliseconds. */
const lasts = 5_000;
/** How many users are told of, those who began first. */
const most = 50;
const nobody: readonly string[] = [];

/** Who types in a room now. Changes are announced once a frame. */
export class Typing {
  readonly #room_id: RoomId;
  readonly #broadcast: Broadcast;
  readonly #whispers: Whispers | undefined;
  readonly #ends = new LazyMap<string, NodeJS.Timeout>();
  #frame: Frame | undefined;
  /** As it was announced last. */
  #told = nobody;

  constructor(room_id: RoomId, broadcast: Broadcast, whispers: Whispers | undefined) {
    this.#room_id = room_id;
    this.#broadcast = broadcast;
    this.#whispers = whispers;
  }

  has(user_id: string): boolean {
    return this.#ends.has(user_id);
  }

  list(): string[] {
    return [...this.#ends.keys()].slice(0, most);
  }

  /** Says it of someone here, to other instances too. */
  say(user_id: string, is_typing: boolean): void {
    this.set(user_id, is_typing);
    this.#whispers?.typing(user_id, is_typing);
  }

  set(user_id: string, is_typing: boolean): void {
    const was = this.#ends.get(user_id);
    clearTimeout(was);
    if (is_typing)
      this.#ends.set(
        user_id,
        setTimeout(() => this.set(user_id, false), lasts),
      );
    else this.#ends.delete(user_id);
    if (is_typing === (was !== undefined)) return;
    this.#frame ??= new Frame(presenceInterval, () => this.#announce());
    this.#frame.request();
  }

  close(): void {
    this.#frame?.cancel();
    for (const end of this.#ends.values()) clearTimeout(end);
  }

  #announce(): void {
    const user_ids = this.list();
    if (user_ids.length === this.#told.length && user_ids.every((id, index) => id === this.#told[index])) return;
    this.#told = user_ids;
    this.#broadcast('typing_changed', { room_id: this.#room_id, user_ids });
  }
}
