import type { Present, Source } from './relay.ts';

interface Told {
  lease: string;
  presents: Map<string, Present>;
}

export interface CopiesEvents {
  onCame(present: Present): void;
  /** It has left, or is told of anew: that has come before this goes. */
  onWent(present: Present): void;
}

/** Who is in a room on other instances: of each a copy of what it has told, which goes with the instance's lease. */
export class Copies {
  readonly #events: CopiesEvents;
  readonly #instances = new Map<string, Told>();

  constructor(events: CopiesEvents) {
    this.#events = events;
  }

  /** Who has a client_id. */
  holder(client_id: string): Present | undefined {
    for (const { presents } of this.#instances.values()) {
      const present = presents.get(client_id);
      if (present) return present;
    }
    return undefined;
  }

  /** An instance tells all that it has. What it told before and does not tell again is no more. */
  replace({ instance, lease }: Source, presents: Present[]): void {
    const before = this.#instances.get(instance)?.presents;
    const told: Told = { lease, presents: new Map() };
    this.#instances.set(instance, told);
    for (const present of presents) this.#put(told, present);
    for (const present of before?.values() ?? []) this.#events.onWent(present);
  }

  /** An instance tells what has changed; one with another lease than before will yet tell all. */
  change({ instance, lease }: Source, came: Present[], went: string[]): void {
    const told = this.#instances.get(instance) ?? { lease, presents: new Map<string, Present>() };
    if (told.lease !== lease) return;
    this.#instances.set(instance, told);
    for (const present of came) this.#put(told, present);
    for (const client_id of went) {
      const present = told.presents.get(client_id);
      if (present && told.presents.delete(client_id)) this.#events.onWent(present);
    }
  }

  /** Lets a user go that will go, before its instance has told so. */
  forget(user_id: string): void {
    for (const { presents } of this.#instances.values()) {
      for (const present of [...presents.values()]) {
        if (present.user_id === user_id && presents.delete(present.client_id)) this.#events.onWent(present);
      }
    }
  }

  /** An instance is gone with its lease. Returns whether it had anyone here. */
  drop({ instance, lease }: Source): boolean {
    const told = this.#instances.get(instance);
    if (told?.lease !== lease) return false;
    this.#instances.delete(instance);
    for (const present of told.presents.values()) this.#events.onWent(present);
    return told.presents.size > 0;
  }

  #put({ presents }: Told, present: Present): void {
    const before = presents.get(present.client_id);
    presents.set(present.client_id, present);
    this.#events.onCame(present);
    if (before) this.#events.onWent(before);
  }
}
