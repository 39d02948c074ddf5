/** Who listens to what. `Events` maps each event's name to what its listeners are called with. */
export class Listeners<Events> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #calls: (() => void)[] = [];
  #calling = false;

  /** Returns how to stop listening. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  off<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): void {
    this.#listeners.get(name)?.delete(listener);
  }

  /** Calls the listeners; what they emit themselves waits until all have been called: everyone hears one order. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) this.#calls.push(() => listener(payload as never));
    if (this.#calling) return;
    this.#calling = true;
    try {
      for (let call = this.#calls.shift(); call; call = this.#calls.shift()) call();
    } finally {
      this.#calling = false;
    }
  }
}
