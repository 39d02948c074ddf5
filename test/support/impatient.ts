import assert from 'node:assert/strict';
import type { RoomState } from '../../shared/events.ts';
import { ask, type Client, request } from './server.ts';

/** A client to the letter of docs/PROTOCOL.md, but for its patience: it joins again with an operation on its way. */
export class Impatient {
  readonly room_id: string;
  readonly client_id: string;
  /** What it was told is in the log. */
  acknowledged: string[] = [];
  /** How often which refusal was met. */
  conflicts = 0;
  #marks = 0;
  /** The last one that it has used. */
  #sequence = 0;

  constructor(room_id: string, client_id: string) {
    this.room_id = room_id;
    this.client_id = client_id;
  }

  /**
   * Writes a mark over one connection, another one while that is on its way, and joins over `again` without waiting. What is
   * not in the document then comes as a new edit, under the sequence that comes next. `alone`: what was in flight goes alone.
   */
  async write(first: Client, again: Client, alone = false): Promise<void> {
    const { room_id } = this;
    const before = await this.#join(first);
    const [mark, next] = [this.#mark(), this.#mark()];
    const sequence = this.#next(before);
    first.emit('collaboration_operation', { room_id, operation: [mark], revision: before.revision, sequence });
    const state = await this.#join(again);
    if (state.sequence >= sequence) {
      this.#sequence = sequence;
      await this.#send(again, state, next);
    } else if (alone) await this.#send(again, await this.#send(again, state, mark), next);
    else await this.#send(again, state, mark + next);
    this.acknowledged.push(mark, next);
  }

  /** The store has come back without some marks. */
  forget(isLost: (mark: string) => boolean): void {
    this.acknowledged = this.acknowledged.filter((mark) => !isLost(mark));
  }

  #mark(): string {
    this.#marks += 1;
    return `<${this.client_id}${this.#marks}>`;
  }

  #next({ sequence }: RoomState): number {
    return Math.max(this.#sequence, sequence) + 1;
  }

  #join(client: Client): Promise<RoomState> {
    return request(client, 'join_room', { room_id: this.room_id, client_id: this.client_id });
  }

  /** Brings an edit in, until it is acknowledged, or a join says that its sequence is in the log. Resolves with where it stands. */
  async #send(client: Client, state: RoomState, text: string): Promise<RoomState> {
    const { room_id } = this;
    const [sequence, { revision }] = [this.#next(state), state];
    const answer = await ask(client, 'collaboration_operation', { room_id, operation: [text], revision, sequence });
    if (!answer.ok) {
      assert.equal(answer.error.error_code, 'conflict', answer.error.message);
      this.conflicts += 1;
    }
    const after = await this.#join(client);
    if (after.sequence < sequence) return this.#send(client, after, text);
    this.#sequence = sequence;
    return after;
  }
}

/** How often each mark of a text is there, where that is not once. */
export function notOnce(text: string, marks: readonly string[]): [string, number][] {
  return marks.map((mark): [string, number] => [mark, text.split(mark).length - 1]).filter(([, times]) => times !== 1);
}
