/** What a song says of itself: what it is called, who made it, and facts. */
import { facts, people } from './directives.ts';
import { inWords } from './labels.ts';
import type { Metadata } from './metadata.ts';
import type { Song } from './model.ts';
import { paceOf } from './pace.ts';

/** Whether a directive says something of the song. */
export function isDescription(name: string): boolean {
  return name === 'title' || name === 'key' || name === 'capo' || people.includes(name) || facts.includes(name);
}

export class Description {
  readonly #song: Song;
  readonly #metadata: Metadata;
  /** By name. */
  #facts = new Map<string, Set<string>>();
  /** Who made it, in small letters: nobody is named twice. */
  #named = new Set<string>();

  constructor(song: Song, metadata: Metadata) {
    this.#song = song;
    this.#metadata = metadata;
  }

  /** Whether nothing is known of it yet. */
  get isBlank(): boolean {
    return this.#song.title === undefined && this.#song.subtitles.length === 0;
  }

  /**
   * Something is said of it, of its key not what that comes to. Answers the words for what changes within it, where it
   * `hasBegun` already.
   */
  say(name: string, value: string, hasBegun: boolean): string | undefined {
    if (name === 'time' || name === 'tempo') {
      if (this.#metadata.get(name) === value) return undefined;
      this.#metadata.set(name, value);
    } else if (name !== 'key') this.#metadata.add(name, value);
    if (name === 'title') {
      this.#song.title ??= value;
      this.#named.add(value.toLowerCase());
    } else if (people.includes(name)) this.#credit(value);
    else if (name === 'capo') this.#song.capo = Math.min(11, Math.max(0, Number.parseInt(value, 10) || 0));
    else if (facts.includes(name)) {
      if (!hasBegun) this.#note(name, value);
      else if (name === 'time' || name === 'tempo') return inWords(name, value);
    }
    return undefined;
  }

  /** Nothing comes any more. */
  end(): void {
    this.#song.facts = [...this.#facts].flatMap(([name, values]) => [...values].map((value) => inWords(name, value)));
    this.#song.pace = paceOf((name) => [...(this.#facts.get(name) ?? [])][0]);
  }

  /** Who wrote, sang or set it, each once: the artist may be the composer too. */
  #credit(name: string): void {
    const small = name.toLowerCase();
    if (this.#named.has(small)) return;
    this.#named.add(small);
    this.#song.subtitles.push(name);
  }

  #note(name: string, value: string): void {
    const values = name === 'time' || name === 'tempo' ? undefined : this.#facts.get(name);
    if (values) values.add(value);
    else this.#facts.set(name, new Set([value]));
  }
}
