import type { SessionCommand } from '../../shared/documents/session/command.ts';
import type { Playback, Session, Track } from '../../shared/documents/session/content.ts';
import { positionAt } from '../../shared/documents/session/playback.ts';
import { session } from '../../shared/documents/session.ts';
import type { JsonObject } from '../../shared/json.ts';
import { SharedState, type SharedStateEvents } from './state.ts';
import type { Documents, Surroundings } from './type.ts';

export type SharedSessionEvents = SharedStateEvents<Session>;

/**
 * A player with a queue and votes, scores, and a state of the application's own, which all hold alike. Each command
 * resolves when it is in the log, and throws a Refusal.
 */
export class SharedSession extends SharedState<Session, SessionCommand, SharedSessionEvents> {
  constructor(surroundings: Surroundings) {
    super(session, surroundings);
  }

  /** The application's own. */
  get state(): JsonObject {
    return this.content.state;
  }

  get playback(): Playback {
    return this.content.playback;
  }

  /** In the order in which they were added. */
  get queue(): readonly Track[] {
    return this.content.queue;
  }

  /** By team. */
  get scores(): Readonly<Record<string, number>> {
    return this.content.scores;
  }

  /** Where the track is now, in milliseconds, by the server's clock: the same for all who listen. */
  get position(): number {
    return positionAt(this.playback, this.surroundings.now());
  }

  /** Goes on, or plays another track: the one that is named, or the one with most votes where nothing plays. */
  play(track_id?: string): Promise<number> {
    return this.#control({ action: 'play', ...(track_id !== undefined && { track_id }) });
  }

  pause(): Promise<number> {
    return this.#control({ action: 'pause' });
  }

  seek(position_ms: number): Promise<number> {
    return this.#control({ action: 'seek', position_ms });
  }

  /** Plays the track with most votes. */
  skip(): Promise<number> {
    return this.#control({ action: 'skip' });
  }

  stop(): Promise<number> {
    return this.#control({ action: 'stop' });
  }

  add(track: { track_id: string; title?: string; duration_ms?: number }): Promise<number> {
    return this.command({ type: 'queue_track', ...track });
  }

  remove(track_id: string): Promise<number> {
    return this.command({ type: 'remove_track', track_id });
  }

  /** Votes for a track, or takes the vote back. */
  vote(track_id: string, wanted = true): Promise<number> {
    return this.command({ type: 'vote_track', track_id, vote: wanted ? 1 : 0 });
  }

  /** Sets a team's score, or changes it. */
  score(team: string, score: ({ score: number } | { delta: number }) & { question_id?: string }): Promise<number> {
    return this.command({ type: 'score_update', team, ...score });
  }

  /** Merges into the application's state. */
  update(state: JsonObject): Promise<number> {
    return this.command({ type: 'session_update', state });
  }

  #control(control: Omit<Extract<SessionCommand, { type: 'playback_control' }>, 'type'>): Promise<number> {
    return this.command({ type: 'playback_control', ...control });
  }
}

/** For connect(): rooms of kind `session`. */
export const sessions: Documents<SharedSession> = {
  kinds: ['session'],
  create: (surroundings) => new SharedSession(surroundings),
};
