import type { Connection } from '../connection/connection.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long who was greeted last may open what is theirs without the server, in milliseconds. */
const rememberedFor = 30 * 24 * 3_600_000;

/** Names whose something kept is: the server, the tenant and the user, as JSON. */
export type Owner = string;

/** Who was greeted last at a server, and when. */
export interface Greeted {
  owner: Owner;
  at: number;
}

/** Whose it is what is kept here. */
export interface Ownership {
  /** Whom the server has greeted last in this client. */
  readonly greeted: Owner | undefined;
  /**
   * Resolves with whom the server has greeted; where it can not be reached, with last(). Not before one of them is known.
   */
  readonly first: Promise<Owner>;
  /** Where it is written who was greeted last. */
  readonly place: string;
  /** Who was greeted last: in this tab, else in this storage. */
  last(): Promise<Owner | undefined>;
}

export function ownershipOf(connection: Connection, storage: ReplicaStorage): Ownership {
  const { url } = connection;
  const place = JSON.stringify([url]);

  const greeted = () => {
    const user = connection.greeting?.user;
    return user && JSON.stringify([url, user.org_id, user.user_id]);
  };

  const last = async () => {
    const before = (ofTab(place) ?? (await storage.get(place))) as Greeted | undefined;
    return before && Date.now() - before.at < rememberedFor ? before.owner : undefined;
  };

  const first = new Promise<Owner>((resolve) => {
    connection.on('connected', () => {
      const owner = greeted() ?? '';
      resolve(owner);
      const now: Greeted = { owner, at: Date.now() };
      ofTab(place, now);
      storage.set(place, now).catch(ignored);
    });
    connection.on('state', () => {
      if (connection.isUnreachable) last().then((owner) => owner && resolve(owner), ignored);
    });
  });

  return {
    get greeted() {
      return greeted();
    },
    first,
    place,
    last,
  };
}

/** A storage that fails has nobody to tell of. */
function ignored(): void {}

/** What a tab has for itself, over reloads. Where it may have nothing, undefined. */
function ofTab(place: string, greeted?: Greeted): Greeted | undefined {
  try {
    if (greeted) sessionStorage.setItem(place, JSON.stringify(greeted));
    return JSON.parse(sessionStorage.getItem(place) ?? '') as Greeted;
  } catch {
    return undefined;
  }
}
