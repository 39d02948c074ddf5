import { sizeOf } from '../json.ts';
import { Refusal } from '../refusals.ts';
import { type AuthorRole, includesRole } from '../rooms.ts';
import { decodeCommand, decodePosition, headOf, knownSize, knownSizes, loadObject } from './commands.ts';
import type { StatedType } from './complete.ts';
import { highestScore, type SessionCommand, sessionCommands } from './session/command.ts';
import type { Session, Track } from './session/content.ts';
import { control, endOf } from './session/playback.ts';
import type { Author, Entry } from './type.ts';

/** Bounds that keep a session small, whoever takes part. */
const most = { tracks: 200, votes: 1_000, teams: 2_000, stateBytes: 64 * 1024 };

const neededRole: Record<SessionCommand['type'], AuthorRole> = {
  playback_control: 'host',
  queue_track: 'editor',
  remove_track: 'editor',
  vote_track: 'editor',
  score_update: 'host',
  session_update: 'host',
};

/** A player with a queue and votes, scores, and a state of the application's own. */
export const session: StatedType<Session, SessionCommand> = {
  name: 'session',
  bounded: true,
  create: () => ({
    state: {},
    playback: { status: 'stopped', track_id: null, position_ms: 0, updated_at: 0 },
    queue: [],
    scores: {},
  }),
  load: (stored) => loadObject<Session>(stored, ['state', 'playback', 'queue', 'scores']),
  save: (content) => content,
  bytes: ({ state, playback, queue, scores }) =>
    knownSize(state) + knownSize(playback) + knownSizes(queue) + knownSize(scores),
  length: () => 0,
  weight: sizeOf,
  parts: () => 1,
  growth: () => 0,
  decode: (raw) => decodeCommand(raw, sessionCommands),
  roleFor: ({ type }) => neededRole[type],
  check: (command, base, author) => checkOwner(command, headOf(base), author),
  apply,
  due({ playback }) {
    const { track_id, duration_ms } = playback;
    const at = endOf(playback);
    if (track_id === null || duration_ms === undefined || at === undefined) return undefined;
    // It names what it ends: where another instance was faster, another track plays or this one has only begun.
    return { operation: { type: 'playback_control', action: 'skip', track_id, position_ms: duration_ms }, at };
  },
  decodePosition,
};

function checkOwner(command: SessionCommand, { queue }: Session, { user_id, role }: Author): void {
  if (command.type !== 'remove_track' || includesRole(role, 'host')) return;
  const { added_by } = find(queue, command.track_id);
  if (added_by !== user_id) throw new Refusal('forbidden', `${command.track_id} was added by ${added_by}`);
}

function apply(content: Session, { operation, user_id, timestamp }: Entry<SessionCommand>): Session {
  const { queue, scores, state } = content;
  switch (operation.type) {
    case 'playback_control':
      return control(content, operation, timestamp);
    case 'queue_track': {
      const { track_id, title = null, duration_ms = null } = operation;
      if (queue.some((track) => track.track_id === track_id))
        throw new Refusal('invalid_operation', `${track_id} is queued already`);
      if (queue.length >= most.tracks) throw new Refusal('too_large', `${most.tracks} tracks are queued, which is all`);
      return { ...content, queue: [...queue, { track_id, title, duration_ms, added_by: user_id, votes: [] }] };
    }
    case 'remove_track': {
      const removed = find(queue, operation.track_id);
      return { ...content, queue: queue.filter((track) => track !== removed) };
    }
    case 'vote_track': {
      const voted = find(queue, operation.track_id);
      const votes = voted.votes.filter((voter) => voter !== user_id);
      if (operation.vote === 1) votes.push(user_id);
      if (votes.length > most.votes) throw new Refusal('too_large', `${most.votes} votes, which is all a track takes`);
      return { ...content, queue: queue.map((track) => (track === voted ? { ...track, votes } : track)) };
    }
    case 'score_update': {
      const { team, score, delta = 0 } = operation;
      const before = Object.hasOwn(scores, team) ? scores[team] : undefined;
      const after = score ?? (before ?? 0) + delta;
      if (Math.abs(after) > highestScore) throw new Refusal('invalid_operation', `${team}: a score of ${after}`);
      const isFull = before === undefined && Object.keys(scores).length >= most.teams;
      if (isFull) throw new Refusal('too_large', `${most.teams} teams, which is all a session takes`);
      return { ...content, scores: { ...scores, [team]: after } };
    }
    case 'session_update': {
      const merged = { ...state, ...operation.state };
      const bytes = knownSize(merged);
      if (bytes > most.stateBytes && bytes > knownSize(state))
        throw new Refusal('too_large', `the state would have ${bytes} bytes, the limit is ${most.stateBytes}`);
      return { ...content, state: merged };
    }
  }
}

/** Refuses `not_found` a track that is not in the queue, or no longer. */
function find(queue: readonly Track[], track_id: string): Track {
  const track = queue.find((queued) => queued.track_id === track_id);
  if (!track) throw new Refusal('not_found', `${track_id} is not in the queue`);
  return track;
}
