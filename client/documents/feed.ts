import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import { type Feed, feed, most } from '../../shared/documents/feed.ts';
import type { FeedEntry } from '../../shared/events.ts';
import type { Json } from '../../shared/json.ts';
import { SharedState, type SharedStateEvents } from './state.ts';
import type { Documents, Surroundings } from './type.ts';

export interface SharedFeedEvents extends SharedStateEvents<Feed> {
  /** One that the user has not read, on whatever device: each comes once, in order. */
  entry: FeedEntry;
}

/**
 * Messages of people and news of services. Each command resolves with the revision that it made, which is the id of a
 * message, once it is in the log, and throws a Refusal.
 */
export class SharedFeed extends SharedState<Feed, FeedCommand, SharedFeedEvents> {
  /** What the content has let go of, or never had; together they have no gap. */
  #older: readonly FeedEntry[] = [];
  #hasOlder = false;
  /** The newest entry that listeners were told of. */
  #told: number | undefined;

  constructor(surroundings: Surroundings) {
    super(feed, surroundings);
  }

  /** Oldest first: the newest 200, and before them as many as were asked for by older(). */
  get entries(): readonly FeedEntry[] {
    return [...this.#older, ...this.content.entries];
  }

  /** Whether older() may have more. */
  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** Up to which message the user has read; `'0'`: none. */
  get readMark(): string {
    const { read } = this.content;
    const user_id = this.surroundings.user_id() ?? '';
    return (Object.hasOwn(read, user_id) && read[user_id]) || '0';
  }

  /** How many entries of others the user has not read, among those that are here. */
  get unread(): number {
    const user_id = this.surroundings.user_id();
    const mark = Number(this.readMark);
    return this.entries.filter(
      (entry) => Number(entry.message_id) > mark && entry.user_id !== user_id && !entry.deleted,
    ).length;
  }

  /** Fetches what is older than `entries`, which it then is part of. Throws a Refusal. */
  async older(): Promise<void> {
    const [oldest] = this.entries;
    const before = oldest && { before: oldest.message_id };
    const { entries, more } = await this.surroundings.ask('get_history', { limit: 200, ...before });
    // Meanwhile all may have become another, or another call was faster.
    if (this.entries[0]?.message_id !== oldest?.message_id) return;
    this.#older = [...entries, ...this.#older];
    this.#hasOlder = more;
    this.listeners.emit('change', this.content);
  }

  async send(text: string, data?: Json): Promise<string> {
    return String(await this.command({ type: 'message.new', text, ...(data !== undefined && { data }) }));
  }

  edit(message_id: string, text: string): Promise<number> {
    return this.command({ type: 'message.edited', message_id, text });
  }

  remove(message_id: string): Promise<number> {
    return this.command({ type: 'message.deleted', message_id });
  }

  /** Reacts, or takes the reaction back. */
  react(message_id: string, reaction: string, on = true): Promise<number> {
    return this.command({ type: 'message.reaction', message_id, reaction, on });
  }

  /** The user has read up to an entry; without one, all. */
  async markRead(message_id = this.entries.at(-1)?.message_id): Promise<void> {
    if (message_id === undefined || Number(message_id) <= Number(this.readMark)) return;
    await this.command({ type: 'message.read', message_id });
  }

  protected override changed(before: Feed, whole: boolean): void {
    const [oldest] = this.content.entries;
    const isFull = this.content.entries.length >= most.entries;
    if (whole) {
      this.#older = [];
      this.#hasOlder = isFull;
    } else {
      const gone = before.entries.filter(({ message_id }) => Number(message_id) < Number(oldest?.message_id ?? 0));
      if (this.#older.length > 0) this.#older = [...this.#older, ...gone];
      else this.#hasOlder ||= gone.length > 0;
    }
    super.changed(before, whole);
    this.tell();
  }

  /** Tells of the entries that nobody was told of yet. */
  protected tell(): void {
    const told = this.toldUpTo;
    const fresh = this.entries.filter(({ message_id }) => Number(message_id) > told);
    this.#told = Math.max(told, Number(fresh.at(-1)?.message_id ?? 0));
    for (const entry of fresh) if (!entry.deleted) this.listeners.emit('entry', entry);
  }

  /** What is newer was not told yet: neither here, nor read anywhere. In a history that ends before, all is new. */
  protected get toldUpTo(): number {
    const { revision } = this.since;
    return Math.max(Math.min(this.#told ?? 0, revision), Number(this.readMark));
  }
}

/** What is for the user alone. It goes back to what was read, however much that is. */
export class Inbox extends SharedFeed {
  #reachingBack = false;

  protected override tell(): void {
    if (!this.#reachingBack) void this.#reachBack();
  }

  async #reachBack(): Promise<void> {
    this.#reachingBack = true;
    try {
      while (this.hasOlder && Number(this.entries[0]?.message_id) > this.toldUpTo + 1) await this.older();
      super.tell();
    } catch {
      // With the next entry, or when the connection is back, it is tried again.
    } finally {
      this.#reachingBack = false;
    }
  }
}

/** For connect(): rooms of kind `project`, `channel` and `task`, and the user's inbox. */
export const feeds: Documents<SharedFeed> = {
  kinds: ['project', 'channel', 'task', 'user'],
  create: (surroundings, kind) => (kind === 'user' ? new Inbox(surroundings) : new SharedFeed(surroundings)),
};
