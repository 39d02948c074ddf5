import { fields, jsonObject, key, malformed, number, oneOf, type Reader, text } from '../../json.ts';
import type { CommandOf } from '../commands.ts';

/** It may be an address, or bring an invitation along. */
const trackId = text(1, 1024);
/** Of a track, or of a position in one, in milliseconds: a day. */
const longest = 24 * 60 * 60 * 1000;
/** Beyond, numbers are not exact. */
export const highestScore = Number.MAX_SAFE_INTEGER;
const score = number(-highestScore, highestScore);

const scoreUpdate = fields(
  { type: oneOf('score_update'), team: key(128) },
  { score, delta: score, question_id: text(1, 128) },
);

/**
 * `track_id` is what to play; for any other action, what is meant: where another track plays, the command is refused.
 * `position_ms` is where in the track; for `skip`, how far the track has come: where it has not, the command is refused.
 */
const playbackControl = fields(
  { type: oneOf('playback_control'), action: oneOf('play', 'pause', 'seek', 'skip', 'stop') },
  { track_id: trackId, position_ms: milliseconds(0) },
);

/** How commands of each type are read. */
export const sessionCommands = {
  playback_control(raw: unknown, field: string) {
    const command = playbackControl(raw, field);
    if (command.action === 'seek' && command.position_ms === undefined) throw malformed(field, 'a position_ms to seek');
    return command;
  },
  queue_track: fields(
    { type: oneOf('queue_track'), track_id: trackId },
    { title: text(0, 256), duration_ms: milliseconds(1) },
  ),
  remove_track: fields({ type: oneOf('remove_track'), track_id: trackId }),
  vote_track: fields({ type: oneOf('vote_track'), track_id: trackId, vote: oneOf(1, 0) }),
  score_update(raw: unknown, field: string) {
    const command = scoreUpdate(raw, field);
    if ((command.score === undefined) === (command.delta === undefined))
      throw malformed(field, 'either score or delta');
    return command;
  },
  session_update: fields({ type: oneOf('session_update'), state: jsonObject }),
};

export type SessionCommand = CommandOf<typeof sessionCommands>;
export type Playing = Extract<SessionCommand, { type: 'playback_control' }>;

/** Whole ones: what a track has to come to is reached to the letter. */
function milliseconds(least: number): Reader<number> {
  const read = number(least, longest);
  return (raw, field) => Math.round(read(raw, field));
}
