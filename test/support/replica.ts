import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';

const { transform, compose } = text;

/**
 * The least that a client must do, as docs/PROTOCOL.md has it: one operation in flight, what is typed meanwhile composed
 * into the next, and every entry transformed over both, one by one, with ties by client_id.
 */
export class Replica {
  readonly client_id: string;
  /** What this client shows. */
  view = text.create();
  /** The revision up to which it has heard. */
  revision = 0;
  sequence = 0;
  #inFlight: TextOperation | undefined;
  #pending: TextOperation | undefined;

  constructor(client_id: string) {
    this.client_id = client_id;
  }

  get synchronized(): boolean {
    return !this.#inFlight && !this.#pending;
  }

  type(operation: TextOperation): void {
    this.#show(operation);
    this.#pending = this.#pending && compose ? compose(this.#pending, operation) : operation;
  }

  /** The next operation for the server, if one may be sent now. */
  send(): { operation: TextOperation; revision: number; sequence: number } | undefined {
    if (this.#inFlight || !this.#pending) return undefined;
    this.#inFlight = this.#pending;
    this.#pending = undefined;
    this.sequence += 1;
    return { operation: this.#inFlight, revision: this.revision, sequence: this.sequence };
  }

  receive(entry: Entry<TextOperation>): void {
    this.revision += 1;
    if (entry.client_id === this.client_id) {
      this.#inFlight = undefined;
      return;
    }
    let incoming = entry.operation;
    [this.#inFlight, incoming] = this.#cross(this.#inFlight, incoming, entry.client_id);
    [this.#pending, incoming] = this.#cross(this.#pending, incoming, entry.client_id);
    this.#show(incoming);
  }

  /** Each of the two as it is after the other. */
  #cross(
    own: TextOperation | undefined,
    incoming: TextOperation,
    author: string,
  ): [TextOperation | undefined, TextOperation] {
    if (!own || !transform) return [own, incoming];
    const first = this.client_id < author;
    return [transform(own, incoming, first ? 'left' : 'right'), transform(incoming, own, first ? 'right' : 'left')];
  }

  #show(operation: TextOperation): void {
    const entry = { operation, client_id: this.client_id, user_id: '', timestamp: 0 };
    this.view = text.apply(this.view, entry, this.revision);
  }
}
