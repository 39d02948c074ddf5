import { news } from '../../shared/documents/feed/command.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { checkSize, sizeOf } from '../../shared/json.ts';
import { messageOf, Refusal, type RefusalMessage } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { userKeyOf } from '../access/identity.ts';
import { inboxOf } from '../access/inboxes.ts';
import { roomKey, tenantPrefix } from '../access/keys.ts';
import type { Config } from '../config.ts';
import type { TuttiNamespace } from '../connections/socket.ts';
import { asRefusal, parse } from '../events/refusing.ts';
import type { Perform } from '../instances/commands.ts';
import type { Kinds } from '../kinds/kinds.ts';
import { type Consume, consumeWritten } from '../limits/limits.ts';
import { longWork } from '../limits/longWork.ts';
import { Portions } from '../limits/portions.ts';
import { nameOf } from '../rooms/named.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Once } from './once.ts';
import { publication } from './publication.ts';

/** Who publishes, and within which tenant. */
export interface Sender {
  org_id: string;
  user_id: string;
}

/** What came of one: the revision that it made in the log of its room or user, where it went to one. */
export type Outcome = { ok: true; revision?: number } | { ok: false; error: RefusalMessage };

/** Publishes one after the other, as far as they go to the same log. Each has an outcome of its own; too many are refused. */
export type Publish = (sender: Sender, messages: readonly unknown[]) => Promise<Outcome[]>;

export interface PublishOptions {
  namespace: TuttiNamespace;
  rooms: Rooms;
  kinds: Kinds;
  once: Once;
  perform: Perform;
  consume: Consume;
  config: Config;
  /** Told of what is in the log of a feed or an inbox, again where it was published again; what it resolves with is waited for. */
  onPublished?: ((entry: PublishedEntry) => Promise<void>) | undefined;
  onError(error: unknown): void;
}

/** What a service has published, as it is in a log. */
export interface PublishedEntry {
  org_id: string;
  room_id: RoomId;
  epoch: string;
  revision: number;
  /** Who has published it. */
  sender: string;
  type: string;
  data: unknown;
}

/** How many messages, and how many users, can be named at once: all of their logs are opened. */
const most = { messages: 1_000, users: 10_000 };

type News = ReturnType<typeof news>;

/** Does what was prepared, for one of those to whom a message goes; resolves with the revision that it made, if any. */
type Commit = () => Promise<number | undefined>;

/** What is asked for in one go. */
interface Request {
  sender: Sender;
  portions: Portions;
}

export function createPublish(options: PublishOptions): Publish {
  const { namespace, rooms, kinds, once, perform, consume, config, onPublished, onError } = options;

  /** All that has to be waited for, so that what follows can be brought into the logs in the order of the messages. */
  async function prepare({ sender, portions }: Request, raw: unknown): Promise<Commit[]> {
    await portions.next();
    const { type, data, id, ...address } = parse(publication, raw);
    const message = news({ type, data }, 'message');
    checkSize('message', message, config.maxMessageBytes);
    const { org_id } = sender;
    const event = { ...message, data: message.data ?? null, sender: sender.user_id, timestamp: Date.now() };
    if (address.user_ids) {
      const user_ids = [...new Set(address.user_ids)];
      await take(sender, message, user_ids.length);
      const ofEach = async (user_id: string) => {
        await portions.next();
        const commit = await prepareAppend(sender, inboxOf(user_id), message, id);
        return () => commit().then(() => undefined);
      };
      return Promise.all(user_ids.map(ofEach));
    }
    if (address.user_id !== undefined) return [await prepareTaken(sender, inboxOf(address.user_id), message, id)];
    if (address.all) return [() => tell(sender, tenantPrefix(org_id), event, id)];
    const { connection_id } = address;
    if (connection_id !== undefined) {
      const name = `${tenantPrefix(org_id)}${connection_id}`;
      return [() => first(sender, name, id, () => perform({ type: 'tell', org_id, connection_id, event }))];
    }
    const room_id = parseRoomId(address.room_id ?? '');
    if (kinds.of(room_id).news) return [await prepareTaken(sender, room_id, message, id)];
    return [() => tell(sender, roomKey(org_id, room_id), { ...event, room_id }, id)];
  }

  /** What is written to so many logs counts with its bytes. Refuses `rate_limited`. */
  async function take(sender: Sender, message: unknown, logs = 1): Promise<void> {
    const writer = { user: userKeyOf(sender), tenant: sender.org_id };
    await consumeWritten(consume, writer, logs * sizeOf(message));
  }

  async function prepareTaken(sender: Sender, room_id: RoomId, message: News, id: string | undefined) {
    await take(sender, message);
    return prepareAppend(sender, room_id, message, id);
  }

  async function prepareAppend(
    { org_id, user_id }: Sender,
    room_id: RoomId,
    message: News,
    id: string | undefined,
  ): Promise<Commit> {
    try {
      const room = await rooms.open(org_id, room_id);
      const operation = room.kind.news?.(message) ?? message;
      const commit = await room.publish(operation, user_id, id && nameOf(user_id, id));
      return async () => {
        const revision = await commit();
        const { type, data = null } = message;
        await onPublished?.({ org_id, room_id, epoch: room.head.epoch, revision, sender: user_id, type, data });
        return revision;
      };
    } catch (error) {
      return () => Promise.reject(error);
    }
  }

  /** To connections, on whichever instance they are. */
  function tell(sender: Sender, listeners: string, event: ServerPayload<'event'>, id: string | undefined) {
    return first(sender, listeners, id, () => namespace.to(listeners).emit('event', event));
  }

  /** Does what no log keeps, unless that was done under the same id. */
  async function first(
    { org_id, user_id }: Sender,
    listeners: string,
    id: string | undefined,
    act: () => unknown,
  ): Promise<undefined> {
    const isNew = id === undefined || (await once.first(`${listeners} ${nameOf(`${org_id} ${user_id}`, id)}`));
    if (isNew) await act();
  }

  /** All is tried, whatever comes of the one before. */
  async function commitAll(commits: readonly Commit[], { portions }: Request): Promise<Outcome> {
    const settled = await Promise.allSettled(commits.map((commit) => portions.next().then(commit)));
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed) return refused(failed.reason);
    const [done] = settled;
    const revision = done?.status === 'fulfilled' ? done.value : undefined;
    return { ok: true, ...(revision !== undefined && { revision }) };
  }

  function refused(error: unknown): Outcome {
    return {
      ok: false,
      error: messageOf(
        asRefusal(error, () => onError(error)),
        Date.now(),
      ),
    };
  }

  return async (sender, messages) => {
    const users = messages.reduce<number>((sum, message) => sum + countUsers(message), 0);
    if (messages.length > most.messages || users > most.users) {
      const limits = `the limit is ${most.messages} messages and ${most.users} users`;
      throw new Refusal('too_large', `${messages.length} messages to ${users} users: ${limits}`);
    }
    const request = { sender, portions: new Portions(() => longWork.turn()) };
    const refuse = (error: unknown): Commit[] => [() => Promise.reject(error)];
    const prepared = await Promise.all(messages.map((message) => prepare(request, message).catch(refuse)));
    return Promise.all(prepared.map((commits) => commitAll(commits, request)));
  };
}

function countUsers(message: unknown): number {
  if (typeof message !== 'object' || message === null || !('user_ids' in message)) return 0;
  return Array.isArray(message.user_ids) ? message.user_ids.length : 0;
}
