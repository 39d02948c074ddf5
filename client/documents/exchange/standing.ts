import type { Since } from '../../../shared/events.ts';
import type { Need } from './status.ts';

/**
 * Where a replica stands in the log of its room, and how far that is known to go. That of the text keeps this for itself: it is
 * what each page loads, and calling it here would cost 140 bytes of those.
 */
export class Standing {
  epoch = '';
  revision = 0;
  /** Of the history up to there, as the server said. */
  proof: string | undefined;
  /** The highest revision of this epoch that was heard of. */
  head = 0;
  /** Whether one is in the room, and hears of what is written there. */
  isJoined = false;

  get since(): Since {
    const { epoch, revision, proof } = this;
    return { epoch, revision, proof };
  }

  get isAtHead(): boolean {
    return this.isJoined && this.head <= this.revision;
  }

  /** What to ask first. `tells`: whether a join says what is known already. */
  need(tells: boolean): Need | undefined {
    const { since } = this;
    if (!this.isJoined) return { event: 'join_room', ...(tells && { since }) };
    return this.isAtHead ? undefined : { event: 'get_operations', since };
  }

  /** Stands where another does, and knows of nothing beyond. */
  move({ epoch, revision, proof }: Since): void {
    this.epoch = epoch;
    this.revision = this.head = revision;
    this.proof = proof;
  }

  /** Whether news is of this history. The empty document at revision 0 is the beginning of every history. */
  hear(epoch: string, head: number): boolean {
    if (!this.isJoined) return false;
    if (epoch === this.epoch) this.head = Math.max(this.head, head);
    else if (this.revision === 0) [this.epoch, this.head] = [epoch, head];
    else this.isJoined = false;
    return this.isJoined;
  }

  /**
   * Of entries that follow a revision, those that are new here: skips what it has, and leaves alone what comes after a gap.
   * `revision` goes up as they are taken.
   */
  fresh<Entry>(epoch: string, after: number, entries: readonly Entry[], proof: string | undefined): readonly Entry[] {
    const end = after + entries.length;
    if (!this.hear(epoch, end) || after > this.revision) return [];
    if (end > this.revision) this.proof = proof;
    return entries.slice(this.revision - after);
  }

  /** News that has no entries tells of another history, be it of the same name, where its proof is another. */
  compare(entries: readonly unknown[], proof: string | undefined): void {
    if (entries.length === 0 && proof !== this.proof) this.isJoined = false;
  }
}
