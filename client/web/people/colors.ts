import type { Room } from '../../index.ts';
import { usualColor } from '../visit/visitor.ts';

/** What windows tell each other of colours. */
interface ColorMessage {
  kind: 'color';
  color: string;
}

/**
 * Who has which colour: the one that was chosen, else one that follows from the id. Who has chosen one tells it to all, and
 * to whoever comes.
 */
export class Colors {
  /** A new function whenever a colour has changed. */
  colorOf: (user_id: string) => string = usualColor;
  readonly #room: Room;
  readonly #chosen = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #own: string | undefined;
  #known = new Set<string>();

  constructor(room: Room, own: string | undefined) {
    this.#room = room;
    this.#own = own;
    room.on('message', ({ user_id, message }) => {
      if (isColor(message)) this.#set(user_id, message.color);
    });
    room.on('participants', (participants) => {
      const known = this.#known;
      this.#known = new Set(participants.map(({ user_id }) => user_id));
      for (const user_id of this.#known) if (!known.has(user_id)) this.#tell(user_id);
    });
    room.on('state', ({ status }) => {
      if (status !== 'joined') return;
      this.#known = new Set(room.participants.map(({ user_id }) => user_id));
      this.#tell();
    });
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  choose(color: string): void {
    this.#own = color;
    this.#tell();
  }

  /** Viewers can not tell, and have no cursor that writes. */
  #tell(user_id?: string): void {
    if (this.#own === undefined || this.#room.role === 'viewer') return;
    const message: ColorMessage = { kind: 'color', color: this.#own };
    this.#room.sendMessage(message, user_id).catch(() => {});
  }

  #set(user_id: string, color: string): void {
    if (this.colorOf(user_id) === color) return;
    this.#chosen.set(user_id, color);
    this.colorOf = (user) => this.#chosen.get(user) ?? usualColor(user);
    for (const listener of this.#listeners) listener();
  }
}

function isColor(message: unknown): message is ColorMessage {
  const { kind, color } = (message ?? {}) as Partial<ColorMessage>;
  return kind === 'color' && typeof color === 'string' && /^#[0-9a-f]{6}$/.test(color);
}
