import type { Connection } from '../connection/connection.ts';
import type { ReplicaStorage } from './storage.ts';

/** How long who was greeted last may open what is theirs without the server, in milliseconds. */
const rememberedFor = 30 * 24 * 3_600_000;

/** Who was greeted last at a server, and when. */
export interface Greeted {
  owner: string;
  at: number;
}

/** Names whose something kept is: the server, the tenant and the user, as JSON. */
export type Owner = string;

/** Whose it is what is kept here. */
export class Ownership {
  /**
   * Resolves with whom the server has greeted; where it can not be reached, with whom it greeted last: in this tab, else in
   * this storage. Not before one of them is known.
   */
  readonly first: Promise<Owner>;
  readonly #connection: Connection;
  readonly #storage: ReplicaStorage;

  constructor(connection: Connection, storage: ReplicaStorage) {
    this.#connection = connection;
    this.#storage = storage;
    this.first = new Promise((resolve) => {
      connection.on('connected', () => {
        const { greeted = '' } = this;
        resolve(greeted);
        this.#remember({ owner: greeted, at: Date.now() });
      });
      connection.on('state', () => {
        if (connection.isUnreachable) this.last().then((last) => last && resolve(last), ignored);
      });
    });
  }

  /** Who was greeted last by this client. */
  get greeted(): Owner | undefined {
    const { url, greeting } = this.#connection;
    return greeting && JSON.stringify([url, greeting.user.org_id, greeting.user.user_id]);
  }

  /** Where it is written who was greeted last. */
  get place(): string {
    return JSON.stringify([this.#connection.url]);
  }

  async last(): Promise<Owner | undefined> {
    const last = (ofTab(this.place) ?? (await this.#storage.get(this.place))) as Greeted | undefined;
    return last && Date.now() - last.at < rememberedFor ? last.owner : undefined;
  }

  #remember(greeted: Greeted): void {
    ofTab(this.place, greeted);
    this.#storage.set(this.place, greeted).catch(ignored);
  }
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
