/** What this browser, or this window, keeps for the page by name. Where it may keep nothing, the page has it until it ends. */
export class Kept {
  readonly #storage: () => Storage;
  readonly #memory = new Map<string, string>();

  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  get(name: string): string | undefined {
    return this.#memory.get(name) ?? this.#try((storage) => storage.getItem(name)) ?? undefined;
  }

  /** The same, where it is JSON; undefined where it is not. */
  read<Value>(name: string): Value | undefined {
    try {
      return JSON.parse(this.get(name) ?? '') as Value;
    } catch {
      return undefined;
    }
  }

  set(name: string, value: string): void {
    const isKept = this.#try((storage) => {
      storage.setItem(name, value);
      return true;
    });
    if (isKept) this.#memory.delete(name);
    else this.#memory.set(name, value);
  }

  write(name: string, value: unknown): void {
    this.set(name, JSON.stringify(value));
  }

  remove(name: string): void {
    this.#memory.delete(name);
    this.#try((storage) => storage.removeItem(name));
  }

  /** Even to look at it throws where cookies are blocked. */
  #try<Answer>(ask: (storage: Storage) => Answer): Answer | undefined {
    try {
      return ask(this.#storage());
    } catch {
      return undefined;
    }
  }
}

/** On this device. */
export const device = new Kept(() => localStorage);
/** For this window, over reloads. */
export const thisWindow = new Kept(() => sessionStorage);
