import type { Entry } from '../../shared/documents/type.ts';
import type { Identity } from '../access/identity.ts';
import { roomOfKey, tenantOfKey } from '../access/keys.ts';
import type { Document, Held } from '../documents/document.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { News } from '../logs/log.ts';
import type { Change, HookedRoom, Presence, RoomHooks } from './hooks.ts';
import type { Notice, Notices } from './notices.ts';
import type { Storing } from './storing.ts';

/** How many entries one onChange tells at most, while it is slow. */
const mostEntries = 10_000;

/** Somebody in a room, as far as an application is told. */
export interface ObservedMember {
  readonly client_id: string;
  readonly connection: { readonly id: string; readonly identity: Identity };
}

export interface ObservingOptions {
  hooks: RoomHooks;
  kinds: Kinds;
  storing: Storing | undefined;
  notices: Notices;
  onError(error: unknown): void;
}

/** Has what happens in rooms told to an application, and stored by it. */
export function createObserver({ hooks, kinds, storing, notices, onError }: ObservingOptions) {
  const isInbox = (key: string) => kinds.isPersonal(roomOfKey(key));
  const tellOf = (hook: 'onJoin' | 'onLeave') => (key: string, member: ObservedMember) => {
    if (!hooks[hook] || isInbox(key)) return;
    const presence = presenceOf(key, member);
    notices.push(key, { hook, tell: () => hooks[hook]?.(presence) });
  };
  return {
    loaded(key: string, document: Document): void {
      storing?.loaded(key, document).catch(onError);
    },
    changed(key: string, held: Held, news: News, here: boolean): void {
      storing?.changed(key, here);
      if (!hooks.onChange || !here || news.entries.length === 0 || isInbox(key)) return;
      notices.push(key, new ChangeNotice(hooks, hookedRoom(key), news, held));
    },
    joined: tellOf('onJoin'),
    left: tellOf('onLeave'),
    emptied: (key: string) => storing?.emptied(key),
  };
}

/** Changes that wait are told together. */
class ChangeNotice implements Notice {
  readonly hook = 'onChange';
  readonly #hooks: RoomHooks;
  readonly #room: HookedRoom;
  readonly #epoch: string;
  readonly #entries: Entry[];
  #revision: number;
  #content: () => unknown;

  constructor(hooks: RoomHooks, room: HookedRoom, { epoch, revision, entries }: News, { type, content }: Held) {
    this.#hooks = hooks;
    this.#room = room;
    this.#epoch = epoch;
    this.#entries = [...entries];
    this.#revision = revision + entries.length;
    // Content is never changed in place.
    this.#content = () => type.save(content);
  }

  tell(): unknown {
    const content = this.#content;
    const change: Change = {
      ...this.#room,
      epoch: this.#epoch,
      revision: this.#revision,
      entries: this.#entries,
      get content() {
        return content();
      },
    };
    return this.#hooks.onChange?.(change);
  }

  add(next: Notice): boolean {
    if (!(next instanceof ChangeNotice) || next.#epoch !== this.#epoch) return false;
    const follows = next.#revision - next.#entries.length === this.#revision;
    if (!follows || this.#entries.length + next.#entries.length > mostEntries) return false;
    this.#entries.push(...next.#entries);
    this.#revision = next.#revision;
    this.#content = next.#content;
    return true;
  }
}

function presenceOf(key: string, { client_id, connection: { id, identity } }: ObservedMember): Presence {
  const { user_id, name, guest } = identity;
  return { ...hookedRoom(key), user_id, name, is_guest: guest !== undefined, connection_id: id, client_id };
}

function hookedRoom(key: string): HookedRoom {
  return { room_id: roomOfKey(key), org_id: tenantOfKey(key) };
}
