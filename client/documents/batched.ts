import { sizeOf } from '../../shared/json.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { SharedState, type SharedStateEvents } from './state.ts';
import type { Message } from './type.ts';

/** The shortest time between two messages, in milliseconds: what is done meanwhile goes in the next one. */
const sendEvery = 100;
/** How many commands go in one message, at most. */
const mostCommands = 500;

/** What a room holds where an operation is a list of commands: several that were made one after the other go in one message. */
export abstract class BatchedState<
  Content,
  Command,
  Events extends SharedStateEvents<Content> = SharedStateEvents<Content>,
> extends SharedState<Content, readonly Command[], Events> {
  #nextAt = 0;

  override get wait(): number {
    return Math.max(super.wait, this.#nextAt - monotonic());
  }

  override outgoing(limits: { max_message_bytes: number }): Message | undefined {
    const message = super.outgoing(limits);
    if (message) this.#nextAt = monotonic() + sendEvery;
    return message;
  }

  protected override together(waiting: readonly unknown[], max_message_bytes: number): number {
    let [commands, bytes, count] = [0, 0, 0];
    for (const step of waiting as readonly (readonly Command[])[]) {
      commands += step.length;
      bytes += sizeOf(step);
      if (count > 0 && (commands > mostCommands || bytes > max_message_bytes)) break;
      count += 1;
    }
    return count;
  }

  protected override joint(steps: readonly unknown[]): unknown {
    return steps.flat();
  }
}
