import * as Y from 'yjs';
import type { Span } from '../../shared/documents/yjs/update.ts';
import { Writer } from '../../shared/documents/yjs/writer.ts';

/** What an update may have at most; one struct is one struct, however long. */
export interface Bounds {
  readonly bytes: number;
  readonly parts: number;
}

/** What a log lacks of a document. */
export interface Lacking {
  /** The Yjs clients whose structs are to be sent. */
  readonly clients: Iterable<number>;
  /** Up to which clock the log has a client's. */
  known(client: number): number;
  /** What is deleted, as far as it lies below a client's clock. */
  deletes(below: (client: number) => number): readonly Span[];
}

type Struct = Y.Item | Y.GC;

/**
 * An update (version 1) of what the log lacks: structs as far as what they build on is there or comes along, and deletions
 * of what is. Undefined where there is nothing. What does not fit the bounds is for the next one.
 */
export function encodeLacking(doc: Y.Doc, lacking: Lacking, bounds: Bounds): Uint8Array | undefined {
  const runs = new Map<number, Run>();
  for (const client of lacking.clients) {
    const from = lacking.known(client);
    if (Y.getState(doc.store, client) > from) runs.set(client, new Run(doc, client, from));
  }
  const reach = (client: number) => runs.get(client)?.to ?? lacking.known(client);
  const left = { ...bounds, isUntouched: true };
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const run of runs.values()) isMore = run.extend(reach, left) || isMore;
  }
  const taken = [...runs.values()].filter(({ structs }) => structs > 0);
  const deletes = lacking.deletes(reach).slice(0, bounds.parts);
  if (taken.length + deletes.length === 0) return undefined;
  const writer = new Writer();
  writer.uint(taken.length);
  for (const run of taken) run.write(writer);
  writeDeletes(writer, deletes);
  return writer.finish();
}

/** What there is still room for. */
interface Room {
  bytes: number;
  parts: number;
  /** Nothing was taken yet. */
  isUntouched: boolean;
}

/** Structs of one client from a clock on, as many as were taken. */
class Run {
  readonly #client: number;
  readonly #from: number;
  readonly #all: Struct[];
  readonly #encoded: Uint8Array[] = [];
  to: number;

  constructor(doc: Y.Doc, client: number, from: number) {
    this.#client = client;
    this.#from = from;
    this.to = from;
    this.#all = doc.store.clients.get(client) ?? [];
  }

  get structs(): number {
    return this.#encoded.length;
  }

  /** Takes the next ones that build on what is there, and have room. Returns whether that were any. */
  extend(reach: (client: number) => number, room: Room): boolean {
    const before = this.structs;
    if (this.to >= endOf(this.#all)) return false;
    for (let at = Y.findIndexSS(this.#all, this.to); at < this.#all.length && room.parts > 0; at++) {
      const struct = this.#all[at] as Struct;
      const offset = this.to - struct.id.clock;
      const isReady = linksOf(struct, offset).every(
        ({ client, clock }) => client === this.#client || clock < reach(client),
      );
      if (!isReady) break;
      const bytes = encode(struct, offset);
      // What is too long by itself can not be divided: the server says so.
      if (bytes.length > room.bytes && !room.isUntouched) {
        room.parts = 0;
        break;
      }
      this.#encoded.push(bytes);
      this.to = struct.id.clock + struct.length;
      room.isUntouched = false;
      room.parts -= 1;
      room.bytes -= bytes.length;
    }
    return this.structs > before;
  }

  write(writer: Writer): void {
    for (const number of [this.structs, this.#client, this.#from]) writer.uint(number);
    for (const bytes of this.#encoded) writer.bytes(bytes);
  }
}

function encode(struct: Struct, offset: number): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  struct.write(encoder, offset);
  return encoder.toUint8Array();
}

/** What a struct stands beside, or else in. */
function linksOf(struct: Struct, offset: number): Y.ID[] {
  if (struct instanceof Y.GC) return [];
  const { origin, rightOrigin, parent } = struct;
  const beside = [offset > 0 ? null : origin, rightOrigin].filter((id) => id !== null);
  if (offset > 0 || beside.length > 0) return beside;
  if (parent instanceof Y.ID) return [parent];
  return parent instanceof Y.AbstractType && parent._item ? [parent._item.id] : [];
}

/** The clock after the last struct. */
function endOf(structs: readonly Struct[]): number {
  const last = structs.at(-1);
  return last ? last.id.clock + last.length : 0;
}

/** Those of a client stand in a row. */
function writeDeletes(writer: Writer, deletes: readonly Span[]): void {
  const clients = new Map<number, Span[]>();
  for (const span of deletes) clients.set(span.client, [...(clients.get(span.client) ?? []), span]);
  writer.uint(clients.size);
  for (const [client, spans] of clients) {
    writer.uint(client);
    writer.uint(spans.length);
    for (const { clock, length } of spans) {
      writer.uint(clock);
      writer.uint(length);
    }
  }
}
