import type { JsonObject } from '../../json.ts';

/** A track that waits to be played. */
export interface Track {
  readonly track_id: string;
  readonly title: string | null;
  readonly duration_ms: number | null;
  readonly added_by: string;
  /** The users who want to hear it, in the order in which they said so. */
  readonly votes: readonly string[];
}

export interface Playback {
  readonly status: 'stopped' | 'playing' | 'paused';
  readonly track_id: string | null;
  /** Of the track, where it is known: the room skips by itself when it has ended. */
  readonly duration_ms?: number;
  /** Where the track was at `updated_at`. */
  readonly position_ms: number;
  /** In milliseconds since the epoch; 0 where nothing was ever played. */
  readonly updated_at: number;
}

/** What everyone in a session holds alike. */
export interface Session {
  /** The application's own. */
  readonly state: JsonObject;
  readonly playback: Playback;
  /** In the order in which they were added. The track that plays is not among them. */
  readonly queue: readonly Track[];
  /** By team. */
  readonly scores: Readonly<Record<string, number>>;
}
