import type { Entry } from '../../shared/documents/type.ts';
import { monotonic } from '../../shared/monotonic.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Document } from '../documents/document.ts';
import type { News } from '../logs/log.ts';
import type { Beat } from './beat.ts';
import { type Broadcast, Frame } from './frame.ts';

/** How long a room is quiet before it says where it stands, in milliseconds. */
const headAfter = 15_000;
/** How many bytes gather, at most. */
const mostBytes = 1024 * 1024;
/**
 * To write a frame takes the process some 8 µs for each who hears it. From so many on it gathers until that is a quarter of a
 * core, in milliseconds for each of them, and no longer than this.
 */
const many = 250;
const forEachHearer = 0.032;
const longest = 50;

export interface UpdatesOptions {
  room_id: RoomId;
  document: Document;
  broadcast: Broadcast;
  beat: Beat;
  /** Those who hear it, on this instance. */
  members: { readonly size: number };
}

/** What a room tells of its document: the entries, all of a frame together, and now and then where it stands. */
export class Updates {
  readonly #options: UpdatesOptions;
  #frame: Frame | undefined;
  /** Committed, and not yet sent. */
  #unsent: { epoch: string; revision: number; operations: Entry[]; proof: string } | undefined;
  /** What has gathered of them, roughly. */
  #bytes = 0;
  #spokeAt = monotonic();

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /**
   * What was committed here has gathered for its turn, and goes at once, with what waits; what others wrote gathers, and all that
   * many hear.
   */
  add({ epoch, revision, entries }: News, here: boolean): void {
    this.#frame ??= new Frame(
      () => Math.max(this.#options.beat.interval, this.#gathering),
      () => this.#send(),
    );
    const unsent = this.#unsent;
    if (unsent && (unsent.epoch !== epoch || unsent.revision + unsent.operations.length !== revision))
      this.#frame.flush();
    const { document } = this.#options;
    const { proof } = document;
    this.#unsent ??= { epoch, revision, operations: [], proof };
    this.#unsent.operations.push(...entries);
    this.#unsent.proof = proof;
    const gathers = !here || this.#gathering > 0;
    if (gathers) this.#bytes += document.weigh(entries);
    if (!gathers || this.#bytes > mostBytes) this.#frame.flush();
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
    const { room_id, document, broadcast } = this.#options;
    const { epoch, revision, proof } = document;
    broadcast('room_head', { room_id, epoch, revision, proof, participant_count });
  }

  close(): void {
    this.#frame?.cancel();
  }

  /** For how long what was committed here gathers once more, in milliseconds; 0: not at all. */
  get #gathering(): number {
    const { size } = this.#options.members;
    return size > many ? Math.min(longest, forEachHearer * size) : 0;
  }

  #send(): void {
    const unsent = this.#unsent;
    if (!unsent) return;
    this.#unsent = undefined;
    this.#bytes = 0;
    this.#spokeAt = monotonic();
    const { room_id, broadcast } = this.#options;
    broadcast('collaboration_update', { room_id, ...unsent });
  }
}
