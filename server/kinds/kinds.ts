import { type CompleteType, complete } from '../../shared/documents/complete.ts';
import { Refusal } from '../../shared/refusals.ts';
import { kindOf, type RoomId, type RoomKind } from '../../shared/rooms.ts';
import type { Kind } from './kind.ts';

/** A kind as rooms have it: nothing is left out of its type. */
export interface KnownKind extends Kind {
  readonly name: RoomKind;
  readonly type: CompleteType<unknown, unknown, unknown>;
}

const form = /^[a-z][a-z0-9-]{0,30}$/;

/** The kinds of rooms that a server has. */
export class Kinds implements Iterable<KnownKind> {
  readonly #kinds = new Map<RoomKind, KnownKind>();

  /** Throws a TypeError where a name can not begin the id of a room. */
  constructor(kinds: Readonly<Record<RoomKind, Kind>>) {
    for (const [name, kind] of Object.entries(kinds)) {
      if (!form.test(name)) throw new TypeError(`kinds: "${name}" is not 1 to 31 of a-z 0-9 -, a letter first`);
      this.#kinds.set(name, { ...kind, name, type: complete(kind.type) });
    }
  }

  /** The kind of a room. Refuses `not_found` where there is none. */
  of(room_id: RoomId): KnownKind {
    const kind = this.find(room_id);
    if (kind) return kind;
    const names = [...this.#kinds.keys()].join(', ');
    throw new Refusal('not_found', `there are no rooms of kind ${kindOf(room_id)} here: there are ${names}`);
  }

  find(room_id: RoomId): KnownKind | undefined {
    return this.#kinds.get(kindOf(room_id));
  }

  /** Whether a room is one user's own. */
  isPersonal(room_id: RoomId): boolean {
    return this.find(room_id)?.personal === true;
  }

  [Symbol.iterator](): Iterator<KnownKind> {
    return this.#kinds.values();
  }
}
