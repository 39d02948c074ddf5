import { Refusal } from '../../refusals.ts';
import type { Playing } from './command.ts';
import type { Playback, Session, Track } from './content.ts';

/** Where the track is at a time, in milliseconds; at most at its end. */
export function positionAt({ status, position_ms, updated_at, duration_ms }: Playback, now: number): number {
  if (status !== 'playing') return position_ms;
  return Math.min(position_ms + Math.max(0, now - updated_at), duration_ms ?? Number.POSITIVE_INFINITY);
}

/** When the track that plays will have ended, in milliseconds since the epoch; undefined where nobody knows. */
export function endOf({ status, position_ms, updated_at, duration_ms }: Playback): number | undefined {
  return status === 'playing' && duration_ms !== undefined ? updated_at + duration_ms - position_ms : undefined;
}

/** The session after a command to its player at a time. Refuses `invalid_operation` what makes no sense there. */
export function control(content: Session, command: Playing, now: number): Session {
  const { playback } = content;
  const { action, track_id, position_ms } = command;
  if (action === 'play') return play(content, command, now);
  if (track_id !== undefined && track_id !== playback.track_id) {
    throw new Refusal('invalid_operation', `${track_id} does not play, but ${playback.track_id ?? 'nothing'}`);
  }
  const reached = positionAt(playback, now);
  if (action === 'skip') {
    if (position_ms === undefined || position_ms <= reached) return start(content, favourite(content.queue), 0, now);
    throw new Refusal('invalid_operation', `the track is at ${reached} ms, before ${position_ms}`);
  }
  if (action === 'stop') return { ...content, playback: move(playback, 'stopped', 0, now) };
  if (playback.track_id === null) throw new Refusal('invalid_operation', 'nothing plays');
  const status = action === 'pause' ? 'paused' : playback.status;
  return { ...content, playback: move(playback, status, position_ms ?? reached, now) };
}

/** Goes on, or plays another track: the one that is named, or where nothing plays, the one with most votes. */
function play(content: Session, { track_id, position_ms }: Playing, now: number): Session {
  const { playback, queue } = content;
  const isCurrent = playback.track_id !== null && (track_id === undefined || track_id === playback.track_id);
  if (isCurrent) {
    return { ...content, playback: move(playback, 'playing', position_ms ?? positionAt(playback, now), now) };
  }
  const unknown = track_id === undefined ? undefined : { track_id, duration_ms: null };
  const track = queue.find((queued) => queued.track_id === track_id) ?? unknown ?? favourite(queue);
  if (!track) throw new Refusal('invalid_operation', 'there is nothing to play');
  return start(content, track, position_ms ?? 0, now);
}

/** The same track elsewhere, or at rest. */
function move(playback: Playback, status: Playback['status'], position_ms: number, updated_at: number): Playback {
  checkPosition(position_ms, playback.duration_ms);
  return { ...playback, status, position_ms, updated_at };
}

/** A track begins, and leaves the queue; without one, the player stops. */
function start(content: Session, track: Startable | undefined, position_ms: number, updated_at: number): Session {
  if (!track) return { ...content, playback: { status: 'stopped', track_id: null, position_ms: 0, updated_at } };
  const { track_id, duration_ms } = track;
  checkPosition(position_ms, duration_ms);
  return {
    ...content,
    playback: { status: 'playing', track_id, ...(duration_ms !== null && { duration_ms }), position_ms, updated_at },
    queue: content.queue.filter((queued) => queued.track_id !== track_id),
  };
}

type Startable = Pick<Track, 'track_id' | 'duration_ms'>;

/** The track with most votes, the earlier added where votes are equal. */
function favourite(queue: readonly Track[]): Track | undefined {
  return queue.reduce<Track | undefined>(
    (best, track) => (best && best.votes.length >= track.votes.length ? best : track),
    undefined,
  );
}

function checkPosition(position_ms: number, duration_ms: number | null = null): void {
  if (duration_ms === null || position_ms <= duration_ms) return;
  throw new Refusal('invalid_operation', `position ${position_ms} is behind the end, the track has ${duration_ms} ms`);
}
