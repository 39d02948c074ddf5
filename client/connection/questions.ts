import type { Acknowledgement, ClientEventName } from '../../shared/events.ts';

/** Questions that are under way. Each has one answer, or none: what comes after its time, or after the connection, is not heard. */
export class Questions {
  readonly #open = new Set<() => void>();

  /**
   * Asks, and waits so many milliseconds. `heard` has the answer in its order among the server's events; the promise
   * resolves a little later, with undefined where there is none.
   */
  ask<E extends ClientEventName>(
    emit: (answered: (answer: Acknowledgement<E>) => void) => void,
    within: number,
    heard?: (answer: Acknowledgement<E>) => void,
  ): Promise<Acknowledgement<E> | undefined> {
    return new Promise((resolve) => {
      const end = (answer?: Acknowledgement<E>) => {
        clearTimeout(timer);
        if (!this.#open.delete(end)) return;
        if (answer) heard?.(answer);
        resolve(answer);
      };
      const timer = setTimeout(end, within);
      this.#open.add(end);
      emit(end);
    });
  }

  /** The connection is gone, and with it all answers. */
  end(): void {
    for (const end of this.#open) end();
  }
}
