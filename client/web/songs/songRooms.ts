import { Client, type Room } from '../../index.ts';
import { namespace, socketPath } from '../server.ts';
import { fetchTokenFor, isGuest } from '../visit/access.ts';
import type { Visitor } from '../visit/visitor.ts';
import { songAt } from './songAt.ts';

/**
 * Songs beside the page's own room, each opened as its own page would: by the page's connection where that lets one in, else by one
 * that brings the song's invitation, or none. They are kept on this device, to be there without a network.
 */
export class SongRooms {
  readonly #page: Client;
  readonly #visitor: Visitor;
  /** By invitation; `''` is for songs without one, where the page has one that is good for nothing else. */
  readonly #clients = new Map<string, Client>();
  readonly #rooms = new Map<string, Room>();

  constructor(page: Client, visitor: Visitor) {
    this.#page = page;
    this.#visitor = visitor;
  }

  /** Is in the rooms of these pages from now on, and in no other. */
  open(paths: readonly string[]): ReadonlyMap<string, Room> {
    for (const [path, room] of this.#rooms) {
      if (paths.includes(path)) continue;
      this.#rooms.delete(path);
      void room.leave();
    }
    for (const path of paths) {
      const at = songAt(path);
      if (at && !this.#rooms.has(path)) this.#rooms.set(path, this.#clientFor(at.invitation).room(at.room_id));
    }
    return new Map(this.#rooms);
  }

  close(): void {
    this.open([]);
    for (const client of this.#clients.values()) client.disconnect();
    this.#clients.clear();
  }

  #clientFor(invitation: string | undefined): Client {
    if (invitation === undefined && !isGuest()) return this.#page;
    const name = invitation ?? '';
    const known = this.#clients.get(name);
    if (known) return known;
    const token = () => fetchTokenFor(this.#visitor, invitation);
    const client = new Client(location.origin, { socketPath, namespace, token });
    client.connect();
    this.#clients.set(name, client);
    return client;
  }
}
