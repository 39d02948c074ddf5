import type { RoomId } from '../../shared/rooms.ts';
import type { Broadcast } from './frame.ts';

/** How long typing lasts when nothing more is heard, in milliseconds. */
const lasts = 5_000;

/** Who types in a room now. */
export class Typing {
  readonly #room_id: RoomId;
  readonly #broadcast: Broadcast;
  readonly #ends = new Map<string, NodeJS.Timeout>();

  constructor(room_id: RoomId, broadcast: Broadcast) {
    this.#room_id = room_id;
    this.#broadcast = broadcast;
  }

  has(user_id: string): boolean {
    return this.#ends.has(user_id);
  }

  list(): string[] {
    return [...this.#ends.keys()];
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
    if (is_typing !== (was !== undefined)) {
      this.#broadcast('typing_changed', { room_id: this.#room_id, user_ids: this.list() });
    }
  }

  close(): void {
    for (const end of this.#ends.values()) clearTimeout(end);
  }
}
