import { setTimeout as wait } from 'node:timers/promises';
import { eventIdOf, parseEventId } from '../../shared/documents/eventId.ts';
import type { DeclaredEvents, EventMessage, EventOf, EventsGap, LoggedEvent } from '../../shared/documents/events.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, Since } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomMessage } from '../rooms/relay.ts';
import type { Room } from '../rooms/room.ts';

/** An event of a room, or a gap between two, as who follows it has it. */
export type FollowedEvent<Events extends DeclaredEvents> =
  | { [Name in keyof Events & string]: { readonly name: Name } & EventOf<Events[Name]> }[keyof Events & string]
  | ({ readonly name: 'gap' } & EventsGap);

export interface FollowOptions {
  /** The id of the last one that is known: those after it come first, however long ago they were. Default: what comes from now on. */
  after?: string | undefined;
  /** Ends it. */
  signal?: AbortSignal | undefined;
}

/** A room, as often as it is asked for. */
export interface OpenedRoom {
  open(): Promise<Room>;
  /** The server stops. */
  isClosed(): boolean;
}

/** How many entries are read at once. */
const atOnce = 500;
/** How many events that are stored nowhere wait for who follows, at most: the oldest give way. */
const mostPassing = 1_000;
/** How long to wait for a store that does not answer, in milliseconds. */
const tryAfter = 500;

type Followed = FollowedEvent<DeclaredEvents>;

/** The events of a room, one after the other. Refuses `bad_request` an `after` that is no id. */
export async function* follow(
  { open, isClosed }: OpenedRoom,
  { after, signal }: FollowOptions = {},
): AsyncGenerator<Followed, void, undefined> {
  let place = after === undefined ? undefined : placeAfter(after);
  while (!signal?.aborted && !isClosed()) {
    const room = await available(open, isClosed);
    if (!room) continue;
    place ??= Place.at(room);
    const watch = new Watch(room, signal);
    try {
      while (!watch.isOver) {
        for await (const event of newer(room, place)) {
          yield event;
          if (signal?.aborted) return;
        }
        yield* watch.passing();
        await watch.news();
      }
    } finally {
      watch.end();
    }
  }
}

/** Where one stands who follows: all events up to there were handed on. */
class Place {
  since: Since;
  /** How many events of the entry after that were, too. */
  taken: number;

  constructor(since: Since, taken = 0) {
    this.since = since;
    this.taken = taken;
  }

  static at({ document: { epoch, revision, proof } }: Room): Place {
    return new Place({ epoch, revision, proof });
  }

  /** Begins anew where a room is; what lies between is a gap, where that is not nothing. */
  jump(room: Room): EventsGap | undefined {
    const { since } = this;
    this.since = Place.at(room).since;
    this.taken = 0;
    const isSame = since.epoch === this.since.epoch && since.revision <= this.since.revision;
    const missed = isSame ? this.since.revision - since.revision : undefined;
    return missed === 0 ? undefined : { missed };
  }
}

function placeAfter(id: string): Place {
  const place = parseEventId(id);
  if (!place || place.revision < 1) throw new Refusal('bad_request', `after: ${id} is no id of an event`);
  const { epoch, revision, index } = place;
  return new Place({ epoch, revision: revision - 1 }, index + 1);
}

/** What the log has after a place, which moves along. */
async function* newer(room: Room, place: Place): AsyncGenerator<Followed, void, undefined> {
  for (;;) {
    const answer = await available(
      () => read(room, place),
      () => false,
    );
    if (!answer) continue;
    const { operations, epoch, revision, more } = answer;
    if (!operations) {
      const gap = place.jump(room);
      if (gap) yield { name: 'gap', ...gap };
      return;
    }
    for (const [index, entry] of (operations as Entry<readonly EventMessage[]>[]).entries()) {
      const made = place.since.revision + 1;
      yield* eventsOf(entry, epoch, made).slice(place.taken);
      place.taken = 0;
      const proof = index === operations.length - 1 ? answer.proof : undefined;
      place.since = { epoch, revision: made, ...(proof !== undefined && { proof }) };
    }
    place.since = { ...place.since, epoch, revision };
    if (!more) return;
  }
}

/** What was read; without operations the log does not go on from there. */
type Read = Pick<Answer<'get_operations'>, 'epoch' | 'revision'> & Partial<Answer<'get_operations'>>;

async function read(room: Room, { since }: Place): Promise<Read> {
  const { epoch, revision } = room.head;
  if (since.epoch !== '' && since.epoch !== epoch) return { epoch, revision };
  try {
    return await room.reading.operations(since, atOnce);
  } catch (error) {
    if (error instanceof Refusal && error.error_code === 'conflict') return { epoch, revision };
    throw error;
  }
}

/** What is asked of the store, or undefined a while later where that does not answer, unless nobody waits for it any more. */
async function available<Value>(ask: () => Promise<Value>, isOver: () => boolean): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Refusal) || error.error_code !== 'unavailable') throw error;
    if (!isOver()) await wait(tryAfter, undefined, { ref: false });
    return undefined;
  }
}

function eventsOf(
  { operation, user_id, client_id, timestamp }: Entry<readonly EventMessage[]>,
  epoch: string,
  revision: number,
): (LoggedEvent & { name: string })[] {
  return operation.map(({ type: name, data }, index) => {
    const id = eventIdOf({ epoch, revision, index });
    return { name, data, user_id, client_id, timestamp, id };
  });
}

/** Listens to a room, which stays in memory, until that is over. */
class Watch {
  /** The room is gone, or nobody waits any more. */
  isOver = false;
  #passing: Followed[] = [];
  #hasNews = false;
  #wake: () => void = () => {};
  readonly #stop: () => void;

  constructor(room: Room, signal: AbortSignal | undefined) {
    const over = () => {
      this.isOver = true;
      this.#hear();
    };
    const stop = room.listen({
      changed: () => this.#hear(),
      message: (message) => this.#message(message),
      closed: over,
    });
    signal?.addEventListener('abort', over);
    this.#stop = () => {
      stop();
      signal?.removeEventListener('abort', over);
    };
  }

  /** Resolves when there is something new, as soon as that is so. */
  async news(): Promise<void> {
    if (!this.#hasNews && !this.isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#hasNews = false;
  }

  /** What came since that is stored nowhere. */
  passing(): Followed[] {
    return this.#passing.splice(0);
  }

  end(): void {
    this.#stop();
  }

  #hear(): void {
    this.#hasNews = true;
    this.#wake();
  }

  #message({ user_id, message, timestamp }: RoomMessage['message']): void {
    const { type: name, data } = message as EventMessage;
    this.#passing.push({ name, data, user_id, timestamp });
    if (this.#passing.length > mostPassing) this.#passing.shift();
    this.#hear();
  }
}
