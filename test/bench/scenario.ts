/** How much to measure. */
export interface Effort {
  /** How long one measurement takes. */
  seconds: number;
  /** Seconds under load before that. */
  warmUp: number;
  /** How many rounds; what is compared takes turns in each. */
  repeat: number;
  /** Only see whether everything works: the least of everything, and the figures mean nothing. */
  smoke: boolean;
}

export interface Report {
  /** What goes into the JSON. */
  figures: unknown;
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
