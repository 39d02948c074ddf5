/** One time of listening. */
interface Subscription {
  call(payload: never): void;
}

/** Who listens to what. `Events` maps each event's name to what its listeners are called with. */
export class Listeners<Events> {
  readonly #subscriptions = new Map<keyof Events, Set<Subscription>>();
  readonly #calls: (() => void)[] = [];
  #calling = false;

  /** Returns how to stop listening: this time of listening, and no other of the same listener. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const subscriptions = this.#of(name);
    const subscription = { call: listener };
    subscriptions.add(subscription);
    return () => void subscriptions.delete(subscription);
  }

  off<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): void {
    const subscriptions = this.#of(name);
    for (const subscription of subscriptions) if (subscription.call === listener) subscriptions.delete(subscription);
  }

  /**
   * Calls the listeners; what they emit themselves waits until all have been called: everyone hears one order. What one
   * of them throws is thrown where nobody is in the middle of something.
   */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const subscriptions = this.#of(name);
    for (const subscription of subscriptions) {
      this.#calls.push(() => {
        if (subscriptions.has(subscription)) subscription.call(payload as never);
      });
    }
    if (this.#calling) return;
    this.#calling = true;
    for (let call = this.#calls.shift(); call; call = this.#calls.shift()) callApart(call);
    this.#calling = false;
  }

  #of(name: keyof Events): Set<Subscription> {
    const subscriptions = this.#subscriptions.get(name) ?? new Set();
    this.#subscriptions.set(name, subscriptions);
    return subscriptions;
  }
}

function callApart(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
