import type { SessionCommand } from '../../shared/documents/session/command.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import type { JsonObject } from '../../shared/json.ts';

/** A session, as a service controls it. Each command resolves with the revision that it made, and throws a Refusal. */
export interface SessionHandle {
  read(): Promise<Session>;
  /** Goes on, or plays another track: the one that is named, or the one with most votes where nothing plays. */
  play(track_id?: string): Promise<number>;
  pause(): Promise<number>;
  seek(position_ms: number): Promise<number>;
  /** Plays the track with most votes. */
  skip(): Promise<number>;
  stop(): Promise<number>;
  add(track: { track_id: string; title?: string; duration_ms?: number }): Promise<number>;
  remove(track_id: string): Promise<number>;
  /** Votes for a track, or takes the vote back. */
  vote(track_id: string, wanted?: boolean): Promise<number>;
  /** Sets a team's score, or changes it. */
  score(team: string, score: ({ score: number } | { delta: number }) & { question_id?: string }): Promise<number>;
  /** Merges into the application's state. */
  update(state: JsonObject): Promise<number>;
}

export function createSessionHandle(
  read: () => Promise<Session>,
  command: (command: SessionCommand) => Promise<number>,
): SessionHandle {
  const control = (playing: Omit<Extract<SessionCommand, { type: 'playback_control' }>, 'type'>) =>
    command({ type: 'playback_control', ...playing });
  return {
    read,
    play: (track_id) => control({ action: 'play', ...(track_id !== undefined && { track_id }) }),
    pause: () => control({ action: 'pause' }),
    seek: (position_ms) => control({ action: 'seek', position_ms }),
    skip: () => control({ action: 'skip' }),
    stop: () => control({ action: 'stop' }),
    add: (track) => command({ type: 'queue_track', ...track }),
    remove: (track_id) => command({ type: 'remove_track', track_id }),
    vote: (track_id, wanted = true) => command({ type: 'vote_track', track_id, vote: wanted ? 1 : 0 }),
    score: (team, score) => command({ type: 'score_update', team, ...score }),
    update: (state) => command({ type: 'session_update', state }),
  };
}
