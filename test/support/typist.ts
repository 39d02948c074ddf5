import assert from 'node:assert/strict';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { cleanup } from './cleanup.ts';
import { Replica } from './replica.ts';
import { type Client, type ClientOptions, clientOf, next, tokenFor } from './server.ts';

/** Someone who types into a song, each time a letter of their own, through whatever happens to the connection. */
export class Typist {
  readonly replica: Replica;
  readonly letter: string;
  /** How many letters were typed. */
  typed = 0;
  /** The longest time without a connection, in milliseconds. */
  longestGap = 0;
  /** What happened in that time. */
  longestStory = '';
  /** How often the connection was lost. */
  losses = 0;
  readonly #client: Client;
  readonly #room_id: string;
  #epoch = '';
  #joined = false;
  #sent: { operation: TextOperation; revision: number; sequence: number } | undefined;
  #lostAt: number | undefined;
  #story: string[] = [];

  constructor(server: { url: string }, room_id: string, name: string, letter: string, options: ClientOptions) {
    this.replica = new Replica(name);
    this.letter = letter;
    this.#room_id = room_id;
    const auth = { token: tokenFor({ sub: name }) };
    const client = clientOf(server, { auth, reconnection: true, query: { sticky: name }, ...options });
    client.on('connected', () => this.#join());
    client.on('disconnect', (reason) => this.#lost(reason));
    client.on('connect_error', ({ message }) => this.#tell(message));
    client.io.on('reconnect_attempt', () => this.#tell('tries again'));
    client.on('collaboration_update', (update) => {
      this.#apply(update);
      this.#send();
    });
    this.#client = client;
  }

  async start(): Promise<void> {
    this.#client.connect();
    await next(this.#client, 'connected');
  }

  /** Types at a place of the text, from 0 (its beginning) to 1, every so many milliseconds, until it is stopped. */
  typeEvery(milliseconds: number, place: () => number): () => void {
    const timer = setInterval(() => this.#type(Math.floor(place() * (this.replica.view.length + 1))), milliseconds);
    const stop = () => clearInterval(timer);
    cleanup(stop);
    return stop;
  }

  #type(at: number): void {
    this.typed += 1;
    this.replica.type(at === 0 ? [this.letter] : [at, this.letter]);
    this.#send();
  }

  /** By callbacks: a promise would resolve after the updates that came right behind the answer. */
  #join(): void {
    const gap = this.#lostAt === undefined ? 0 : performance.now() - this.#lostAt;
    if (gap > this.longestGap) {
      this.longestGap = gap;
      this.longestStory = this.#story.join(', ');
    }
    this.#lostAt = undefined;
    const since = { epoch: this.#epoch, revision: this.replica.revision };
    const { client_id } = this.replica;
    this.#client.emit('join_room', { room_id: this.#room_id, client_id, since }, (answer) => {
      assert.ok(answer.ok && answer.operations, `the log does not reach back: ${JSON.stringify(answer)}`);
      const { epoch, revision, operations, proof } = answer;
      this.#joined = true;
      this.#apply({ epoch, revision: revision - operations.length, operations, proof });
      if (this.#sent) this.#submit(this.#sent);
      else this.#send();
    });
  }

  #lost(reason: string): void {
    this.#story = [];
    this.#joined = false;
    this.losses += 1;
    this.#lostAt = performance.now();
    this.#tell(reason);
  }

  #tell(what: string): void {
    this.#story.push(`${Math.round(performance.now() - (this.#lostAt ?? performance.now()))} ms: ${what}`);
  }

  /** Takes entries in, skipping those it has. */
  #apply({ epoch, revision, operations }: Omit<ServerPayload<'collaboration_update'>, 'room_id'>): void {
    assert.ok(revision <= this.replica.revision, 'there is no gap');
    this.#epoch = epoch;
    for (const entry of operations.slice(this.replica.revision - revision)) {
      this.replica.receive(entry as Entry<TextOperation>);
      if (entry.client_id === this.replica.client_id) this.#sent = undefined;
    }
  }

  #send(): void {
    if (!this.#joined) return;
    const next = this.replica.send();
    if (!next) return;
    this.#sent = next;
    this.#submit(next);
  }

  #submit(operation: { operation: TextOperation; revision: number; sequence: number }): void {
    this.#client.emit('collaboration_operation', { room_id: this.#room_id, ...operation }, (answer) => {
      assert.ok(answer.ok, JSON.stringify(answer));
    });
  }
}
