import type { Rounds } from './aims.ts';

/** How much to measure. */
export interface Effort {
  /** How long one measurement takes. */
  seconds: number;
  /** Seconds under load before that. */
  warmUp: number;
  /** How many rounds; what is compared takes turns in each. */
  repeat: number;
  /** Also measure ShareDB and Hocuspocus. */
  others: boolean;
  /** How many processes make the load of `saturation`. */
  generators: number;
  /** Only see whether everything works: the least of everything, and the figures mean nothing. */
  smoke: boolean;
}

export interface Report {
  /** What goes into the JSON. */
  figures: unknown;
  /** By what aims are judged. */
  rounds?: Rounds;
  /** What did not work, in words. */
  problems: string[];
}

export interface Scenario {
  name: string;
  /** One line for --help. */
  about: string;
  /** Measures, and prints what it finds. */
  run(effort: Effort): Promise<Report>;
}
