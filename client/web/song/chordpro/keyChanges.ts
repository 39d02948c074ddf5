/** The key that a song is in while it is read, and what of its lines are in another one. */
import { firstChordOf } from './chordsOf.ts';
import { transposedKey } from './keys.ts';
import type { Metadata } from './metadata.ts';
import type { Song } from './model.ts';
import { Modulation } from './modulation.ts';
import { nameOf } from './notes.ts';
import type { Sections } from './sections.ts';

export class KeyChanges {
  readonly #song: Song;
  readonly #metadata: Metadata;
  readonly #sections: Sections;
  readonly #modulation: Modulation;
  /** The key that lines are in now. */
  #now: string | undefined;
  /** The one before it. */
  #before: string | undefined;
  /** Whether something is sung or played already: what is said from then on is a change. */
  #hasBegun = false;

  constructor(song: Song, metadata: Metadata, sections: Sections) {
    this.#song = song;
    this.#metadata = metadata;
    this.#sections = sections;
    this.#modulation = new Modulation(song.notation);
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The key of a line that comes now, where it is not the song's. */
  get ofLine(): { key?: string } {
    return this.#now !== undefined && this.#now !== this.#song.key ? { key: this.#now } : {};
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#song.key ??= this.#modulation.key;
  }

  /** What stands over words, as it is set. */
  move(cell: string): string {
    return this.#modulation.move(cell);
  }

  /** Answers whether that was understood. */
  transpose(at: number, value: string): boolean {
    const isUnderstood = this.#modulation.transpose(value);
    if (isUnderstood) this.#change(at);
    return isUnderstood;
  }

  write(at: number, key: string): void {
    this.#modulation.written = key;
    this.#change(at);
  }

  /** For texts that use them. */
  note(): void {
    const { key, written = key } = this.#modulation;
    if (key === undefined || written === undefined) return;
    this.#metadata.set('key', written);
    this.#metadata.set('key.print', key);
    this.#metadata.set('key.sound', transposedKey(key, this.#song.capo, this.#song.notation));
  }

  /** Nothing comes any more: where no key was written, the first chord suggests one. */
  end(): void {
    this.#song.key ??= this.#suggested() ?? this.#modulation.key;
  }

  #change(at: number): void {
    const { key } = this.#modulation;
    if (!key) return;
    this.note();
    if (!this.#hasBegun) {
      this.#song.key = key;
      return;
    }
    // Where one change follows another, the last counts.
    if (this.#sections.takeBackChange()) this.#now = this.#before;
    if (key === (this.#now ?? this.#song.key)) return;
    this.#before = this.#now;
    this.#now = key;
    this.#sections.add({ kind: 'change', at, text: '', ...this.ofLine });
  }

  #suggested(): string | undefined {
    const chord = firstChordOf(this.#song);
    if (!chord) return undefined;
    const isMinor = /^(?:m(?!a)|Min|MIN|-)/.test(chord.quality);
    return `${nameOf(chord.root, this.#song.notation)}${isMinor ? 'm' : ''}`;
  }
}
