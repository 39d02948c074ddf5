import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import { ask, type Client, connect } from './server.ts';

const room_id = 'song:trouble';

/**
 * Someone who writes marks into a song through all trouble, each until it is acknowledged, and who joins again whenever
 * the protocol says so: after a gap, in another epoch, and when told of a conflict.
 */
export class Scribe {
  readonly name: string;
  /** The marks that were acknowledged. */
  readonly acknowledged: string[] = [];
  /** How often which refusal was met, and the longest that an answer took, in milliseconds. */
  readonly refusals = new Map<ErrorCode, number>();
  longest = 0;
  readonly epochs = new Set<string>();
  #client: Client;
  #content = text.create();
  #epoch = '';
  #revision = 0;
  #committed = 0;
  #sequence = 0;
  #joining: Promise<void> | undefined;

  private constructor(name: string, client: Client) {
    this.name = name;
    this.#client = client;
    client.on('collaboration_update', (update) => this.#hear(update));
  }

  static async join(server: { url: string }, name: string): Promise<Scribe> {
    const scribe = new Scribe(name, await connect(server, { sub: name }));
    await scribe.rejoin();
    return scribe;
  }

  /** What it shows. */
  get view(): string {
    return String(text.save(this.#content));
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Writes from now on, one mark after the other. */
  begin(): void {
    let goesOn = true;
    const write = async () => {
      while (goesOn) {
        await this.write();
        await wait(10);
      }
    };
    const writing = write();
    this.end = () => {
      goesOn = false;
      return writing;
    };
  }

  /** Ends what begin() began, when the last mark is acknowledged. */
  end: () => Promise<void> = async () => {};

  /** Writes one mark, and resolves when it is acknowledged. */
  async write(): Promise<void> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    while (this.#committed < sequence) {
      const operation = [`<${this.name}${sequence}>`];
      const began = performance.now();
      const answer = await ask(this.#client, 'collaboration_operation', { room_id, operation, sequence });
      this.longest = Math.max(this.longest, performance.now() - began);
      if (answer.ok) this.#committed = sequence;
      else await this.#recover(answer.error);
    }
    this.acknowledged.push(`<${this.name}${sequence}>`);
  }

  /** Joins, as often as it takes. */
  rejoin(): Promise<void> {
    this.#joining ??= this.#join().finally(() => {
      this.#joining = undefined;
    });
    return this.#joining;
  }

  async #join(): Promise<void> {
    for (;;) {
      const error = await new Promise<ServerPayload<'error'> | undefined>((resolve) => {
        this.#client.emit('join_room', { room_id, client_id: this.name }, (answer) => {
          // In the moment in which the answer comes: the next update follows it.
          if (answer.ok) this.#stand(answer);
          resolve(answer.ok ? undefined : answer.error);
        });
      });
      if (!error) return;
      await this.#pause(error);
    }
  }

  async #recover(error: ServerPayload<'error'>): Promise<void> {
    await this.#pause(error);
    if (error.error_code === 'conflict') await this.rejoin();
  }

  async #pause({ error_code, message, retry_after_ms }: ServerPayload<'error'>): Promise<void> {
    assert.ok(error_code === 'unavailable' || error_code === 'conflict', `${error_code}: ${message}`);
    if (error_code === 'unavailable') assert.ok(retry_after_ms !== undefined, 'says when to try again');
    this.refusals.set(error_code, (this.refusals.get(error_code) ?? 0) + 1);
    await wait(Math.min(retry_after_ms ?? 0, 300));
  }

  #stand({ epoch, revision, document, sequence }: RoomState): void {
    this.#content = text.load(document?.content);
    this.#epoch = epoch;
    this.#revision = revision;
    this.#committed = Math.max(this.#committed, sequence);
    this.epochs.add(epoch);
  }

  #hear({ epoch, revision, operations }: ServerPayload<'collaboration_update'>): void {
    const sameHistory = epoch === this.#epoch || this.#revision === 0;
    if (!sameHistory || revision > this.#revision) {
      void this.rejoin();
      return;
    }
    this.#epoch = epoch;
    this.epochs.add(epoch);
    for (const entry of operations.slice(this.#revision - revision) as Entry<TextOperation>[]) {
      this.#revision += 1;
      this.#content = text.apply(this.#content, entry, this.#revision);
    }
  }
}
