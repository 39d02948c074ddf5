import type { Playback } from '../../../shared/documents/session/content.ts';

/** How far it may be from where all others are, in seconds, and how often that is looked at, in milliseconds. */
const most = 0.15;
const every = 1_000;

/** Plays what is at an address as far as the session has come, in step with all other windows. */
export class LinkPlayer {
  readonly #audio = new Audio();
  readonly #position: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `position` says where the track is now, in milliseconds. */
  constructor(position: () => number) {
    this.#position = position;
  }

  play(address: string, { status }: Playback): void {
    this.stop();
    if (status !== 'playing') return;
    if (this.#audio.src !== address) this.#audio.src = address;
    const keepUp = () => {
      const place = this.#position() / 1000;
      if (Math.abs(this.#audio.currentTime - place) > most) this.#audio.currentTime = place;
    };
    keepUp();
    // What can not be played is to be opened by its link.
    this.#audio.play().then(keepUp, () => {});
    this.#timer = setInterval(keepUp, every);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#audio.pause();
  }

  close(): void {
    this.stop();
    this.#audio.removeAttribute('src');
  }
}
