import { Refusal } from '../../shared/refusals.ts';
import { Copies } from './copies.ts';
import type { Cursors } from './cursors.ts';
import type { Presence } from './presence.ts';
import type { Comer, Present, Relay, RoomMessage, Source, Whisper, Whispers } from './relay.ts';
import type { Typing } from './typing.ts';

export interface ElsewhereOptions {
  key: string;
  relay: Relay;
  whispers: Whispers;
  max_participants: number;
  presence: Presence;
  cursors: Cursors;
  typing: Typing;
  /** Who is here on this instance. */
  members(): Present[];
  /** A client has joined on another instance; it may have been on this one. */
  onReplaced(present: Present): void;
  onMessage(message: RoomMessage): void;
  /** A guest has to give way to a user that comes here. */
  onGivesWay(user_id: string): void;
  /** A guest that is here has to give way to a user that comes on another instance. */
  onToldToGo(user_id: string): void;
  onError(error: unknown): void;
}

/** The room on other instances: hears what they tell of it, and tells them all that is here when they may not know. */
export class Elsewhere {
  readonly #options: ElsewhereOptions;
  readonly #copies: Copies;
  readonly #unhear: () => void;

  constructor(options: ElsewhereOptions) {
    this.#options = options;
    const { key, relay, whispers, presence } = options;
    this.#copies = new Copies({
      onCame: (present) => presence.add(present),
      onWent: (present) => this.#went(present),
    });
    this.#unhear = relay.hear(key, {
      hear: (whisper, source) => this.#hear(whisper, source),
      tellAnew: () => {
        this.#tellAll();
        whispers.ask();
      },
      ended: (source) => {
        const hadAnyone = this.#copies.drop(source);
        this.#makeRoom();
        return hadAnyone;
      },
    });
  }

  /** Learns who is there. Call it before anyone joins here; where it fails, that is heard later. */
  async learn(): Promise<void> {
    const { key, relay, whispers, onError } = this.#options;
    try {
      await relay.subscribed();
      for (const [present, source] of await relay.presents(key)) this.#copies.change(source, [present], []);
    } catch (error) {
      onError(error);
    }
    whispers.ask();
  }

  /** Who has a client_id there. */
  holder(client_id: string): Present | undefined {
    return this.#copies.holder(client_id);
  }

  /**
   * Takes a place for a user among those that all instances may let in, unless it is in the room already. Resolves with
   * how to give it back: when the user is in, or is not let in after all. Refuses `room_full`.
   */
  async reserve(comer: Comer): Promise<(() => void) | undefined> {
    const { key, relay, whispers, presence, max_participants, onGivesWay } = this.#options;
    if (presence.has(comer.user_id)) return undefined;
    const reservation = await relay.reserve(key, comer, max_participants);
    if (reservation === undefined) throw roomFull(max_participants);
    const { name, gives_way } = reservation;
    if (gives_way !== undefined) onGivesWay(gives_way);
    return () => whispers.went(name);
  }

  /** Has a guest give way on the other instances. */
  giveWay(user_id: string): void {
    const { key, relay } = this.#options;
    relay.tell(key, { gives_way: user_id });
    this.#copies.forget(user_id);
  }

  close(): void {
    this.#unhear();
    this.#options.whispers.close();
  }

  #hear(whisper: Whisper, source: Source): void {
    const { cursors: ours, typing: typists, onReplaced, onMessage, onToldToGo } = this.#options;
    const { asks, all, came = [], went = [], cursors = [], typing = [], messages = [], gives_way } = whisper;
    if (all) this.#copies.replace(source, came);
    else {
      this.#copies.change(source, came, went);
      for (const present of came) onReplaced(present);
    }
    // A cursor of someone whose instance has not yet told of it will be told again.
    for (const cursor of cursors) if (this.holder(cursor.client_id)) ours.receive(cursor);
    for (const [user_id, is_typing] of typing) typists.set(user_id, is_typing);
    for (const message of messages) onMessage(message);
    if (gives_way !== undefined) onToldToGo(gives_way);
    this.#makeRoom();
    if (asks) this.#tellAll();
  }

  /**
   * Where several came at once there may be one too many: the newest guest gives way, on the instance that it is on. Also
   * when someone has gone: the newest may be another one now.
   */
  #makeRoom(): void {
    const { presence, max_participants, onToldToGo } = this.#options;
    while (presence.count > max_participants) {
      const newest = presence.newestGuest;
      if (newest === undefined || presence.membersOf(newest).length === 0) return;
      onToldToGo(newest);
    }
  }

  #tellAll(): void {
    const { whispers, cursors, members } = this.#options;
    whispers.all(members());
    cursors.whisper();
  }

  #went(present: Present): void {
    const { presence, cursors, typing } = this.#options;
    presence.remove(present);
    if (!this.holder(present.client_id)) cursors.forget(present.client_id);
    if (!presence.has(present.user_id)) typing.set(present.user_id, false);
  }
}

/** More users than a room may take. */
export function roomFull(max_participants: number): Refusal {
  return new Refusal('room_full', `the room has ${max_participants} participants, which is all it takes`);
}
