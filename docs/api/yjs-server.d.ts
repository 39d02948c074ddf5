/** The public face of `tutti/yjs-server`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Kind, KindLimits, KindRoles } from 'tutti/server';
export { yjs };
export type { YjsContent, YjsOperation, YjsOptions };

interface YjsContent {
  readonly base: Uint8Array;
  readonly tail: Tail | undefined;
  readonly tailBytes: number;
  readonly tailParts: number;
  readonly clients: Clients;
  readonly deletions: Deletions;
}

type YjsOperation = string | SavedYjs;

interface YjsOptions {
  readonly roles?: KindRoles;
  readonly limits?: KindLimits;
}

declare function yjs(options?: YjsOptions): Kind<YjsContent, YjsOperation>;

// Not exported, but mentioned above.

interface Client {
  readonly client: number;
  readonly clock: number;
  readonly user_id: string;
}

declare class Clients implements Iterable<Client> {
  static readonly none: Clients;
  readonly size: number;
  get(client: number): Client | undefined;
  clock(client: number): number;
  with(changed: Iterable<Client>): Clients;
  [Symbol.iterator](): IterableIterator<Client>;
  renamed(user_id: string, name: string): Clients;
  addUsers(users: Set<string>): void;
  save(places: ReadonlyMap<string, number>): Uint8Array;
  static load(saved: Uint8Array, users: readonly string[]): Clients;
}

declare class Deletions {
  static readonly none: Deletions;
  readonly packed: PackedDeletions;
  constructor(packed: PackedDeletions);
  get size(): number;
  by(client: number, clock: number): string | undefined;
  with(
    deleted: Iterable<{
      readonly spans: readonly Span[];
      readonly user_id: string;
    }>,
  ): Deletions;
  renamed(user_id: string, name: string): Deletions;
  get users(): Set<string>;
  save(places: ReadonlyMap<string, number>): Uint8Array;
  static load(saved: Uint8Array, users: readonly string[]): Deletions;
}

interface PackedDeletions {
  readonly bytes: Uint8Array;
  readonly users: readonly string[];
  readonly size: number;
}

interface SavedYjs {
  base: string;
  tail: {
    update: string;
    user: number;
  }[];
  users: string[];
  clients: string;
  deletions?: string;
}

interface Span {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

interface Tail {
  readonly before: Tail | undefined;
  readonly update: string;
  readonly user_id: string;
}
