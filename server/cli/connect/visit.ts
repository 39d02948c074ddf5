import { type Client, connect } from '../../../client/index.ts';
import type { Participant, RoomState, ServerEventName, ServerPayload } from '../../../shared/events.ts';
import type { RoomId } from '../../../shared/rooms.ts';
import type { ServerPlace } from '../place.ts';

/** What is told of a room while one visits it. */
const told = [
  'collaboration_update',
  'cursor_moved',
  'user_joined',
  'user_left',
  'typing_changed',
  'room_message',
  'role_changed',
  'room_removed',
] as const satisfies ServerEventName[];

/** What the visitor hears: an event of the server, or what became of the connection. */
export type News =
  | { [E in (typeof told)[number]]: { event: E } & ServerPayload<E> }[(typeof told)[number]]
  | ({ event: 'room_joined' } & RoomState)
  | { event: 'lost' | 'failed'; reason: string };

/** Someone at a terminal in a room of any kind: no replica, every command is a request of its own. */
export class Visit {
  readonly room_id: RoomId;
  readonly client: Client;
  /** Resolves at the first join; rejects where there will be none. */
  readonly joined: Promise<void>;
  /** Resolves when the connection is not tried any more. */
  readonly ended: Promise<void>;
  /** What the room holds, such as `text`; undefined before one is in it. */
  holds: string | undefined;
  readonly #hear: (news: News) => void;
  readonly #names = new Map<string, string>();
  #people = new Map<string, Participant>();
  /** Who was here before those came who came last. */
  #before = new Set<string>();

  constructor({ url, ...place }: ServerPlace, token: string, room_id: RoomId, hear: (news: News) => void) {
    this.room_id = room_id;
    this.#hear = hear;
    this.client = connect(url, { ...place, token });
    for (const event of told) {
      this.client.on(event, (payload) => {
        if (payload.room_id === room_id) this.#heard({ event, ...payload } as News);
      });
    }
    this.client.on('state', ({ retryCount, retryAt, refusal }) => {
      if (retryCount === 1 && retryAt !== undefined) hear({ event: 'lost', reason: refusal?.message ?? 'it was cut' });
    });
    const failed = new Promise<string>((resolve) =>
      this.client.on('failed', ({ refusal }) => resolve(refusal?.message ?? 'the connection was given up')),
    );
    this.joined = new Promise((resolve, reject) => {
      this.client.on('connected', () => void this.#join().then(resolve, reject));
      failed.then((reason) => reject(new Error(reason)));
    });
    this.ended = failed.then((reason) => hear({ event: 'failed', reason }));
  }

  get self(): string {
    return this.client.greeting?.user.user_id ?? '';
  }

  get people(): Participant[] {
    return [...this.#people.values()];
  }

  /** Of someone who is here, or was. */
  nameOf(user_id: string): string {
    if (user_id === this.self) return 'you';
    return this.#names.get(user_id) ?? user_id;
  }

  /** Whether someone who came last was here before, with another role or name. */
  wasHere(user_id: string): boolean {
    return this.#before.has(user_id);
  }

  async operate(operation: unknown): Promise<undefined> {
    await this.client.request('collaboration_operation', { room_id: this.room_id, operation });
  }

  async state(): Promise<RoomState> {
    return this.client.request('get_room_state', { room_id: this.room_id });
  }

  async #join(): Promise<void> {
    const { room_id } = this;
    // In its order among the news; the promise is later.
    const answer = await this.client.ask('join_room', { room_id }, (answer) => {
      if (!answer.ok) return;
      const { ok: _, ...state } = answer;
      this.#heard({ event: 'room_joined', ...state });
    });
    if (answer && !answer.ok) throw new Error(answer.error.message);
  }

  #heard(news: News): void {
    if (news.event === 'room_joined') {
      this.holds = news.document?.type ?? this.holds;
      this.#people = new Map();
      this.#came(news.participants);
    }
    if (news.event === 'user_joined') {
      this.#before = new Set(this.#people.keys());
      this.#came(news.users);
    }
    if (news.event === 'user_left') for (const { user_id } of news.users) this.#people.delete(user_id);
    this.#hear(news);
  }

  #came(people: readonly Participant[]): void {
    for (const person of people) {
      this.#people.set(person.user_id, person);
      this.#names.set(person.user_id, person.name);
    }
  }
}
