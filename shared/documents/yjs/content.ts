import { fromBase64, toBase64 } from './base64.ts';
import { checkUpdate } from './check.ts';
import { type Client, Clients } from './clients.ts';
import { Deletions } from './deletions.ts';
import { broken } from './reader.ts';
import { type Run, readUpdate, type Update } from './update.ts';

/** An update that came after others, and whose it is. */
export interface Tail {
  readonly before: Tail | undefined;
  /** In base64, as it stands in the log: a short text takes a third of what its bytes do, and is there already. */
  readonly update: string;
  readonly user_id: string;
}

/**
 * A document of Yjs as the server has it: bytes, of which nothing is made. Whoever joins makes a Y.Doc of them; here it is known
 * only how far each Yjs client has come, and who wrote and deleted what.
 */
export interface YjsContent {
  /** An update that says all up to a point. */
  readonly base: Uint8Array;
  /** The updates since, the newest first. */
  readonly tail: Tail | undefined;
  readonly tailBytes: number;
  /** How many structs and spans it has in updates that are too small to be tried one by one. */
  readonly tailParts: number;
  readonly clients: Clients;
  /** Up to where the base reaches. */
  readonly deletions: Deletions;
}

/** How it is stored. Bytes are base64; users are named by their place in `users`. */
export interface SavedYjs {
  base: string;
  tail: { update: string; user: number }[];
  users: string[];
  clients: string;
  deletions?: string;
}

/** What an update takes in memory besides its bytes, and what a Yjs client and a deletion take when they are stored. */
const overhead = { update: 48, client: 16, deletion: 10 };

/** An update of more structs and spans than this is tried before it is taken: in each of them there may be a detour through all. */
export const mostUntried = 64;

export const empty: YjsContent = {
  base: Uint8Array.from([0, 0]),
  tail: undefined,
  tailBytes: 0,
  tailParts: 0,
  clients: Clients.none,
  deletions: Deletions.none,
};

/** The content with an update that fits it. */
export function withUpdate(content: YjsContent, update: string, read: Update, user_id: string): YjsContent {
  const { runs } = read;
  return {
    ...content,
    tail: { before: content.tail, update, user_id },
    tailBytes: content.tailBytes + sizeOf(update),
    tailParts: content.tailParts + smallParts(read),
    clients: runs.length > 0 ? content.clients.with(clientsOf(runs, user_id)) : content.clients,
  };
}

/** What an update says of clients, where they are a user's. */
export function clientsOf(runs: readonly Run[], user_id: string): Client[] {
  return runs.map(({ client, to }) => ({ client, clock: to, user_id }));
}

/** How many structs and deletions a whole document has. Throws a Refusal where something is missing in it. */
export function checkContent(content: YjsContent): number {
  let clients = Clients.none;
  let parts = 0;
  for (const bytes of updatesOf(content)) {
    const update = readUpdate(bytes);
    checkUpdate(update, clients, { user_id: '', role: 'service' });
    clients = clients.with(clientsOf(update.runs, ''));
    parts += update.parts;
  }
  for (const { client, clock } of clients)
    if (content.clients.clock(client) !== clock) throw broken(`it does not say whose the Yjs client ${client} is`);
  return parts;
}

/** A document of one update, all of which is a user's. */
export function contentOf(base: Uint8Array, user_id: string): YjsContent {
  return { ...empty, base, clients: Clients.none.with(clientsOf(readUpdate(base).runs, user_id)) };
}

/** The updates that make the document, in their order. */
export function updatesOf({ base, tail }: YjsContent): Uint8Array[] {
  return [base, ...tailOf(tail).map(({ update }) => fromBase64(update))];
}

/** The same content with one update, which says what all of them say. */
export function compacted(content: YjsContent, base: Uint8Array, deletions: Deletions): YjsContent {
  return { ...content, base, tail: undefined, tailBytes: 0, tailParts: 0, deletions };
}

/** Who deleted what, up to the newest update. */
export function deletionsOf(content: YjsContent): Deletions {
  return withDeleted(content.deletions, updatesOf(content), authorsOf(content));
}

/** Whose the updates are that follow the base, in their order. */
export function authorsOf({ tail }: YjsContent): string[] {
  return tailOf(tail).map(({ user_id }) => user_id);
}

/** Deletions with those of the updates that follow the first one. */
export function withDeleted(
  deletions: Deletions,
  updates: readonly Uint8Array[],
  authors: readonly string[],
): Deletions {
  const later = updates.slice(1);
  return deletions.with(later.map((update, at) => ({ spans: readUpdate(update).deletes, user_id: authors[at] ?? '' })));
}

export function bytesOf({ base, tailBytes, clients, deletions }: YjsContent): number {
  return base.length + tailBytes + overhead.client * clients.size + overhead.deletion * deletions.size;
}

/** The content with another name for a user; itself, where nothing in it is the user's. */
export function renamed(content: YjsContent, user_id: string, name: string): YjsContent {
  const { tail, clients, deletions } = content;
  const updates = tailOf(tail);
  const isIn = [...clients].some((client) => client.user_id === user_id) || deletions.users.has(user_id);
  if (!isIn && updates.every((update) => update.user_id !== user_id)) return content;
  return {
    ...content,
    tail: toTail(updates.map(({ update, user_id: of }) => ({ update, user_id: of === user_id ? name : of }))),
    clients: clients.renamed(user_id, name),
    deletions: deletions.renamed(user_id, name),
  };
}

export function save(content: YjsContent): SavedYjs {
  const users = [...usersOf(content)];
  const places = new Map(users.map((user_id, place) => [user_id, place]));
  return {
    base: toBase64(content.base),
    tail: tailOf(content.tail).map(({ update, user_id }) => ({ update, user: places.get(user_id) ?? 0 })),
    users,
    clients: toBase64(content.clients.save(places)),
    deletions: toBase64(content.deletions.save(places)),
  };
}

/** What save() made, or show(). Throws an Error, or a Refusal, where it is not that. */
export function load(stored: unknown): YjsContent {
  const { base, tail, users, clients, deletions = '' } = stored as SavedYjs;
  if (!Array.isArray(tail) || !Array.isArray(users)) throw new Error('expected a stored document of Yjs');
  const updates = tail.map(({ update, user }) => ({
    update: toBase64(fromBase64(update)),
    user_id: userAt(users, user),
  }));
  return {
    base: fromBase64(base),
    tail: toTail(updates),
    tailBytes: updates.reduce((sum, { update }) => sum + sizeOf(update), 0),
    tailParts: updates.reduce((sum, { update }) => sum + smallParts(readTail(update)), 0),
    clients: Clients.load(fromBase64(clients), users),
    deletions: Deletions.load(fromBase64(deletions), users),
  };
}

function readTail(update: string): Update {
  return readUpdate(fromBase64(update));
}

/** What an update takes in memory, roughly. */
function sizeOf(update: string): number {
  return overhead.update + (3 / 4) * update.length;
}

function smallParts({ parts }: Update): number {
  return parts <= mostUntried ? parts : 0;
}

/** The oldest first. */
function tailOf(tail: Tail | undefined): Tail[] {
  const updates: Tail[] = [];
  for (let update = tail; update; update = update.before) updates.push(update);
  return updates.reverse();
}

function toTail(updates: readonly Omit<Tail, 'before'>[]): Tail | undefined {
  return updates.reduce<Tail | undefined>((before, update) => ({ ...update, before }), undefined);
}

function usersOf({ tail, clients, deletions }: YjsContent): Set<string> {
  const users = deletions.users;
  clients.addUsers(users);
  for (const { user_id } of tailOf(tail)) users.add(user_id);
  return users;
}

function userAt(users: readonly string[], place: number): string {
  const user_id = users[place];
  if (user_id === undefined) throw new Error(`no user has the place ${place}`);
  return user_id;
}
