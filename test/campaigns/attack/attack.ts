import type { Attacker } from './attacker.ts';

export const stores = ['embedded', 'redis'] as const;
export type Store = (typeof stores)[number];

/** What the attacked server has around it. */
export interface Surroundings {
  /** Variables of the server beside the defaults. */
  environment?: Record<string, string>;
  /** AUTHORIZE_URL: it says `viewer` to whatever it is asked, or never says anything. */
  authorize?: 'answers' | 'hangs';
  /** AUTHENTICATE_URL: it knows no token, or never says anything. */
  authenticate?: 'answers' | 'hangs';
  /** WEBHOOK_URL: it takes whatever it is told, or never says anything. */
  webhooks?: 'answers' | 'hangs';
  /** JWKS_URL: from the sixth second on, who is new has a token of a key that the server has not seen yet. */
  jwks?: true;
  /** It has kinds of an application's own, too: see kindsServer.mjs; of the environment, where its rooms are kept alone. */
  kinds?: true;
  /** How redis-server is started. */
  redis?: string[];
}

/** What somebody may do to a server, who may do no more than the server's own rules let. */
export interface Attack {
  /** What `--only` names. */
  name: string;
  surroundings?: Surroundings;
  /** Seconds that it takes at least to show what it does: what gathers shows later than what is done at once. */
  least?: number;
  /** What has to be there before; it is part of the attack. */
  prepare?(attacker: Attacker): Promise<void>;
  /** Goes on until the signal. */
  run(attacker: Attacker, signal: AbortSignal): Promise<unknown>;
}
