import type { Playback } from '../../../shared/documents/session/content.ts';
import type { Beat, Note } from './tunes.ts';

/** What there is to play. */
export interface Playable {
  notes: readonly Note[];
  /** Where a metronome is wanted. */
  beat: Beat | undefined;
}

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
  #playable: Playable = { notes: [], beat: undefined };
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

  /** Another track, or the same elsewhere or at rest, or with a metronome. */
  play(playback: Playback, playable: Playable): void {
    const before = this.#playback;
    const isSame = before?.updated_at === playback.updated_at && before.track_id === playback.track_id;
    if (isSame && this.#playable.beat === playable.beat && this.#playable.notes === playable.notes) return;
    this.#playback = playback;
    this.#playable = playable;
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
    const { notes, beat } = this.#playable;
    const position = this.#position();
    const until = Math.max(this.#until, position + ahead);
    const due = notes.filter(({ at }) => at >= this.#until && at < until);
    const beats = beat ? beatsBetween(this.#until, until, beat) : [];
    this.#until = until;
    // What is handed over now is heard later by as much.
    const { currentTime, outputLatency } = this.#context;
    const whenFor = (at: number) => currentTime - outputLatency + (at - position) / 1000;
    for (const note of due) this.#sound(note, whenFor(note.at));
    for (const { at, isFirst } of beats) this.#click(isFirst, whenFor(at));
  }

  /** Wood on wood, the first of a bar higher. */
  #click(isFirst: boolean, when: number): void {
    this.#tone({ type: 'sine', frequency: isFirst ? 1_760 : 1_175, loudness: isFirst ? 0.9 : 0.5 }, when, 0.001, 0.06);
  }

  /** Something between a flute and a music box. */
  #sound({ pitch, length }: Note, when: number): void {
    const frequency = 440 * 2 ** ((pitch - 69) / 12);
    this.#tone({ type: 'triangle', frequency, loudness: 0.6 }, when, 0.02, Math.max(0.25, length / 1000));
  }

  /** `attack` and `length` in seconds. */
  #tone({ type, frequency, loudness }: Tone, when: number, attack: number, length: number): void {
    const start = Math.max(when, this.#context.currentTime);
    const end = start + length;
    const oscillator = this.#context.createOscillator();
    const gain = this.#context.createGain();
    oscillator.type = type;
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loudness, start + attack);
    gain.gain.exponentialRampToValueAtTime(0.001, end);
    oscillator.connect(gain).connect(this.#out);
    oscillator.start(start);
    oscillator.stop(end);
    this.#sounding.add(oscillator);
    oscillator.onended = () => void this.#sounding.delete(oscillator);
  }
}

interface Tone {
  type: OscillatorType;
  frequency: number;
  loudness: number;
}

/** The beats from one place of a track to another. */
function beatsBetween(from: number, to: number, { length, perBar, before }: Beat): { at: number; isFirst: boolean }[] {
  const beats: { at: number; isFirst: boolean }[] = [];
  for (let nth = Math.ceil(from / length); nth * length < to; nth += 1)
    beats.push({ at: nth * length, isFirst: (nth - before + perBar) % perBar === 0 });
  return beats;
}
