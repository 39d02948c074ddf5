import { LazyMap } from './lazyMap.ts';

/** Members by whose they are. Of most there is one alone, and it takes no memory besides. */
export class Groups<Member extends object> {
  readonly #groups = new LazyMap<string, Member | Set<Member>>();

  /** How many groups there are. */
  get size(): number {
    return this.#groups.size;
  }

  has(key: string): boolean {
    return this.#groups.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#groups.keys();
  }

  /** Those of a group, in the order in which they came. */
  of(key: string): Member[] {
    const group = this.#groups.get(key);
    if (!group) return [];
    return group instanceof Set ? [...group] : [group];
  }

  /** The one that came first of those that are there. */
  first(key: string): Member | undefined {
    const group = this.#groups.get(key);
    return group instanceof Set ? group.values().next().value : group;
  }

  /** All of all groups. */
  *[Symbol.iterator](): Iterator<Member> {
    for (const group of this.#groups.values()) {
      if (group instanceof Set) yield* group;
      else yield group;
    }
  }

  add(key: string, member: Member): void {
    const group = this.#groups.get(key);
    if (group instanceof Set) group.add(member);
    else if (group !== member) this.#groups.set(key, group ? new Set([group, member]) : member);
  }

  /** Returns whether it was there. */
  delete(key: string, member: Member): boolean {
    const group = this.#groups.get(key);
    if (!(group instanceof Set)) return group === member && this.#groups.delete(key);
    const wasThere = group.delete(member);
    const [only, another] = group;
    if (only && !another) this.#groups.set(key, only);
    return wasThere;
  }
}
