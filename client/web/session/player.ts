import type { Playback } from '../../../shared/documents/session/content.ts';
import { type Note, tuneOf } from './tunes.ts';

/** How far ahead notes are handed to the sound card, and how often that is seen to, in milliseconds. */
const ahead = 400;
const every = 100;

/**
 * Plays what a session plays. Each note is timed by the server's clock as it stands then, so that all windows play in
 * step, whenever they came and however their own clocks run.
 */
export class Player {
  readonly #context = new AudioContext();
  readonly #out = this.#context.createGain();
  readonly #position: () => number;
  #playback: Playback | undefined;
  /** Until where in the track the notes are with the sound card, in milliseconds. */
  #until = 0;
  #sounding = new Set<OscillatorNode>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `position` says where the track is now, in milliseconds. */
  constructor(position: () => number) {
    this.#position = position;
    this.#out.gain.value = 0.5;
    this.#out.connect(this.#context.destination);
  }

  /** Another track, or the same elsewhere or at rest. */
  play(playback: Playback): void {
    const before = this.#playback;
    if (before?.updated_at === playback.updated_at && before.track_id === playback.track_id) return;
    this.#playback = playback;
    this.#silence();
    if (playback.status !== 'playing') return;
    this.#until = this.#position();
    this.#schedule();
    this.#timer = setInterval(() => this.#schedule(), every);
  }

  close(): void {
    this.#silence();
    this.#context.close();
  }

  #silence(): void {
    clearInterval(this.#timer);
    for (const oscillator of this.#sounding) oscillator.stop();
    this.#sounding.clear();
  }

  #schedule(): void {
    const notes = tuneOf(this.#playback?.track_id ?? null)?.notes ?? [];
    const position = this.#position();
    const due = notes.filter(({ at }) => at >= this.#until && at < position + ahead);
    this.#until = Math.max(this.#until, position + ahead);
    // What is handed over now is heard later by as much.
    const { currentTime, outputLatency } = this.#context;
    for (const note of due) this.#sound(note, currentTime - outputLatency + (note.at - position) / 1000);
  }

  /** Something between a flute and a music box. */
  #sound({ pitch, length }: Note, when: number): void {
    const start = Math.max(when, this.#context.currentTime);
    const end = start + Math.max(0.25, length / 1000);
    const oscillator = this.#context.createOscillator();
    const loudness = this.#context.createGain();
    oscillator.type = 'triangle';
    oscillator.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.6, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, end);
    oscillator.connect(loudness).connect(this.#out);
    oscillator.start(start);
    oscillator.stop(end);
    this.#sounding.add(oscillator);
    oscillator.onended = () => void this.#sounding.delete(oscillator);
  }
}
