interface Subscription {
  call(payload: never): void;
  active: boolean;
}

/** Who listens to what. `Events` maps each event's name to what its listeners are called with. */
export class Listeners<Events> {
  readonly #subscriptions = new Map<keyof Events, Set<Subscription>>();
  readonly #calls: (() => void)[] = [];
  #calling = false;

  /** Returns how to stop listening: this time of listening, and no other of the same listener. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const subscription: Subscription = { call: listener, active: true };
    const subscriptions = this.#subscriptions.get(name) ?? new Set();
    this.#subscriptions.set(name, subscriptions.add(subscription));
    return () => {
      subscription.active = false;
      subscriptions.delete(subscription);
    };
  }

  off<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): void {
    const subscriptions = this.#subscriptions.get(name) ?? new Set();
    for (const subscription of subscriptions) {
      if (subscription.call !== listener) continue;
      subscription.active = false;
      subscriptions.delete(subscription);
    }
  }

  /**
   * Calls the listeners; what they emit themselves waits until all have been called: everyone hears one order. What one
   * of them throws is thrown where nobody is in the middle of something.
   */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const subscription of this.#subscriptions.get(name) ?? []) {
      this.#calls.push(() => {
        if (subscription.active) subscription.call(payload as never);
      });
    }
    if (this.#calling) return;
    this.#calling = true;
    for (let call = this.#calls.shift(); call; call = this.#calls.shift()) callApart(call);
    this.#calling = false;
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
