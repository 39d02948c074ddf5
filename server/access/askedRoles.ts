import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { type Role, type RoomId, roles } from '../../shared/rooms.ts';
import { fetchJson } from './fetchJson.ts';
import { type Identity, userKeyOf } from './identity.ts';
import { roomKey } from './keys.ts';
import type { HeadersOf } from './signature.ts';
import type { Turns } from './turns.ts';

/** How long the answer may take, and how long it holds, in milliseconds. */
const patience = 1_000;
const validFor = 10_000;
/** How many answers are kept; the oldest go first. */
const mostKept = 10_000;

const answerForm = z.object({ role: z.enum(roles).nullish() });

interface Asked {
  role: Promise<Role | undefined>;
  /** By performance.now(). */
  until: number;
}

/** Roles that AUTHORIZE_URL is asked for. Nobody gets one where it does not answer. */
export class AskedRoles {
  readonly #url: string;
  readonly #headersOf: HeadersOf;
  readonly #turns: Turns;
  readonly #onFailure: (error: unknown) => void;
  readonly #asked = new Map<string, Asked>();

  constructor(url: string, headersOf: HeadersOf, turns: Turns, onFailure: (error: unknown) => void) {
    this.#url = url;
    this.#headersOf = headersOf;
    this.#turns = turns;
    this.#onFailure = onFailure;
  }

  /** Undefined where the answer is none. Refuses `unavailable` where there is no answer. */
  ask(user: Identity, room_id: RoomId): Promise<Role | undefined> {
    const key = keyOf(roomKey(user.org_id, room_id), user.user_id);
    const known = this.#asked.get(key);
    if (known && known.until > performance.now()) return known.role;
    this.#asked.delete(key);
    const role = this.#turns.take(userKeyOf(user), () => this.#fetch(user, room_id));
    const asked = { role, until: performance.now() + validFor };
    this.#asked.set(key, asked);
    // What failed is asked for again at once.
    asked.role.catch(() => this.#asked.get(key) === asked && this.#asked.delete(key));
    const oldest = this.#asked.keys().next();
    if (this.#asked.size > mostKept && !oldest.done) this.#asked.delete(oldest.value);
    return asked.role;
  }

  /** The next one who asks has a fresh answer. */
  forget(room: string, user_id: string): void {
    this.#asked.delete(keyOf(room, user_id));
  }

  async #fetch({ user_id, name, org_id }: Identity, room_id: RoomId): Promise<Role | undefined> {
    try {
      const body = JSON.stringify({ user: { user_id, name, org_id }, room_id });
      const headers = this.#headersOf(body);
      const answer = await fetchJson(this.#url, patience, { method: 'POST', headers, body, redirect: 'error' });
      return answerForm.parse(answer).role ?? undefined;
    } catch (error) {
      this.#onFailure(error);
      throw new Refusal('unavailable', `who may enter ${room_id} can not be had`, { retry_after_ms: 1_000 });
    }
  }
}

function keyOf(room: string, user_id: string): string {
  return `${room} ${user_id}`;
}
