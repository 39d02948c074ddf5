import type { Room } from '../../index.ts';
import { colors, usualColor } from '../visit/visitor.ts';

/** What windows tell each other of colours. */
interface ColorMessage {
  kind: 'color';
  color: string;
}

/**
 * Who has which colour: the one that was chosen, else one that nobody has who came earlier. Who has chosen one tells it
 * to all, and to whoever comes.
 */
export class Colors {
  /** A new function whenever a colour has changed. */
  colorOf: (user_id: string) => string = usualColor;
  readonly #room: Room;
  readonly #chosen = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #own: string | undefined;
  /** Who is here, as far as they were told of one's own colour. */
  #told = new Set<string>();

  constructor(room: Room, own: string | undefined) {
    this.#room = room;
    this.#own = own;
  }

  /** Listens to the room. Returns how to stop. */
  listen(): () => void {
    const stops = [
      this.#room.on('message', ({ user_id, message }) => {
        if (!isColor(message)) return;
        this.#chosen.set(user_id, message.color);
        this.#assign();
      }),
      this.#room.on('participants', () => {
        const told = this.#told;
        this.#told = this.#here();
        for (const user_id of this.#told) if (!told.has(user_id)) this.#tell(user_id);
        this.#assign();
      }),
      this.#room.on('state', ({ status }) => {
        if (status !== 'joined') return;
        this.#told = this.#here();
        this.#tell();
        this.#assign();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
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

  #here(): Set<string> {
    return new Set(this.#room.participants.map(({ user_id }) => user_id));
  }

  /** In the order in which they came, so that everybody sees the same colours. */
  #assign(): void {
    const people = this.#room.participants.toSorted((one, other) => one.joined_at - other.joined_at);
    const taken = new Map<string, string>();
    for (const { user_id } of people) {
      const usual = colors.indexOf(usualColor(user_id));
      const turned = [...colors.slice(usual), ...colors.slice(0, usual)];
      const used = [...taken.values()];
      taken.set(
        user_id,
        this.#chosen.get(user_id) ?? turned.find((color) => !used.includes(color)) ?? usualColor(user_id),
      );
    }
    if ([...taken].every(([user_id, color]) => this.colorOf(user_id) === color)) return;
    this.colorOf = (user_id) => taken.get(user_id) ?? usualColor(user_id);
    for (const listener of this.#listeners) listener();
  }
}

function isColor(message: unknown): message is ColorMessage {
  const { kind, color } = (message ?? {}) as Partial<ColorMessage>;
  return kind === 'color' && typeof color === 'string' && /^#[0-9a-f]{6}$/.test(color);
}
