import type { Entry } from '../../shared/documents/type.ts';
import { monotonic } from '../../shared/monotonic.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Document } from '../documents/document.ts';
import type { News } from '../logs/log.ts';
import type { Beat } from './beat.ts';
import { type Broadcast, Frame } from './frame.ts';

/** How long a room is quiet before it says where it stands, in milliseconds. */
const headAfter = 15_000;
/** How many bytes of what others wrote gather, at most. */
const mostBytes = 1024 * 1024;

/** What a room tells of its document: the entries, all of a frame together, and now and then where it stands. */
export class Updates {
  readonly #room_id: RoomId;
  readonly #document: Document;
  readonly #broadcast: Broadcast;
  readonly #beat: Beat;
  #frame: Frame | undefined;
  /** Committed, and not yet sent. */
  #unsent: { epoch: string; revision: number; operations: Entry[]; proof: string } | undefined;
  /** Those of others among them, roughly. */
  #bytes = 0;
  #spokeAt = monotonic();

  constructor(room_id: RoomId, document: Document, broadcast: Broadcast, beat: Beat) {
    this.#room_id = room_id;
    this.#document = document;
    this.#broadcast = broadcast;
    this.#beat = beat;
  }

  /** What was committed here has gathered for its turn, and goes at once, with what waits; what others wrote gathers. */
  add({ epoch, revision, entries }: News, here: boolean): void {
    this.#frame ??= new Frame(
      () => this.#beat.interval,
      () => this.#send(),
    );
    const unsent = this.#unsent;
    if (unsent && (unsent.epoch !== epoch || unsent.revision + unsent.operations.length !== revision))
      this.#frame.flush();
    const { proof } = this.#document;
    this.#unsent ??= { epoch, revision, operations: [], proof };
    this.#unsent.operations.push(...entries);
    this.#unsent.proof = proof;
    if (!here) this.#bytes += this.#document.weigh(entries);
    if (here || this.#bytes > mostBytes) this.#frame.flush();
    else this.#frame.request();
  }

  /** Sends what has gathered. */
  flush(): void {
    if (this.#unsent) this.#frame?.flush();
  }

  /** Says where the room stands, so that even a last update that was lost is noticed; unless it spoke lately. */
  tellHead(participant_count: number): void {
    const now = monotonic();
    if (now - this.#spokeAt < headAfter) return;
    this.#spokeAt = now;
    const { epoch, revision, proof } = this.#document;
    this.#broadcast('room_head', { room_id: this.#room_id, epoch, revision, proof, participant_count });
  }

  close(): void {
    this.#frame?.cancel();
  }

  #send(): void {
    const unsent = this.#unsent;
    if (!unsent) return;
    this.#unsent = undefined;
    this.#bytes = 0;
    this.#spokeAt = monotonic();
    this.#broadcast('collaboration_update', { room_id: this.#room_id, ...unsent });
  }
}
