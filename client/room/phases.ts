import type { Row, Transitions } from '../stateMachine.ts';

/**
 * What a room is at. `opening`: an earlier visit of it is not over, it is not known
 * whose it may be, or what they left is being read. `away`: there is no
 * connection. `joining`: it has asked to be let in. `joined`: it is in, and nothing is under way; `catchingUp`: it has asked
 * for what it missed; `keeping`: what it sends next is being kept. `waiting`: something was refused, and is asked for again
 * after a pause. `removed`: sent away, or not let in. `left`: by leave(), for good.
 */
export type Phase =
  | 'opening'
  | 'away'
  | 'joining'
  | 'joined'
  | 'catchingUp'
  | 'keeping'
  | 'waiting'
  | 'removed'
  | 'left';

/**
 * `join`, `catchUp`, `keep`: it begins to. `done`: what it was at has come out well, or has been waited for. `refused`: it has not, and may another
 * time; `barred`: nor will it. `entered`: the server has let it in unasked. `role`: its role is another
 * one; what it is at goes on, where it heeds that. `removed`: the server has sent it away. `lost`: it is in no more, as far as
 * is known. `rejoin`, `leave`: by the application.
 */
export type Step =
  | 'join'
  | 'catchUp'
  | 'keep'
  | 'done'
  | 'refused'
  | 'barred'
  | 'entered'
  | 'role'
  | 'removed'
  | 'lost'
  | 'handOver'
  | 'rejoin'
  | 'leave';

/** Where the steps lead from a phase, but for those that it ignores: what comes too late, or too early, is nothing. */
type But<Ignored extends Step> = Row<Phase, Step, Ignored>;

/** Where each step leads. */
export const phases: Transitions<Phase, Step> = {
  opening: { done: 'away', handOver: 'opening', leave: 'left' } satisfies But<
    'join' | 'catchUp' | 'keep' | 'refused' | 'barred' | 'entered' | 'role' | 'removed' | 'lost' | 'rejoin'
  >,
  away: { join: 'joining', entered: 'joined', handOver: 'opening', leave: 'left' } satisfies But<
    'catchUp' | 'keep' | 'done' | 'refused' | 'barred' | 'role' | 'removed' | 'lost' | 'rejoin'
  >,
  // The answer comes before all other news of the room: what comes earlier is about a visit before.
  joining: {
    done: 'joined',
    refused: 'waiting',
    barred: 'removed',
    lost: 'away',
    handOver: 'opening',
    leave: 'left',
  } satisfies But<'join' | 'catchUp' | 'keep' | 'entered' | 'role' | 'removed' | 'rejoin'>,
  joined: {
    join: 'joining',
    catchUp: 'catchingUp',
    keep: 'keeping',
    entered: 'joined',
    role: 'joined',
    removed: 'removed',
    lost: 'away',
    handOver: 'opening',
    leave: 'left',
  } satisfies But<'done' | 'refused' | 'barred' | 'rejoin'>,
  catchingUp: {
    done: 'joined',
    refused: 'waiting',
    barred: 'removed',
    entered: 'joined',
    role: 'catchingUp',
    removed: 'removed',
    lost: 'away',
    handOver: 'opening',
    leave: 'left',
  } satisfies But<'join' | 'catchUp' | 'keep' | 'rejoin'>,
  keeping: {
    done: 'joined',
    refused: 'waiting',
    entered: 'joined',
    role: 'keeping',
    removed: 'removed',
    lost: 'away',
    handOver: 'opening',
    leave: 'left',
  } satisfies But<'join' | 'catchUp' | 'keep' | 'barred' | 'rejoin'>,
  waiting: {
    done: 'away',
    entered: 'joined',
    role: 'waiting',
    removed: 'removed',
    lost: 'away',
    handOver: 'opening',
    leave: 'left',
  } satisfies But<'join' | 'catchUp' | 'keep' | 'refused' | 'barred' | 'rejoin'>,
  removed: { entered: 'joined', handOver: 'opening', rejoin: 'away', leave: 'left' } satisfies But<
    'join' | 'catchUp' | 'keep' | 'done' | 'refused' | 'barred' | 'role' | 'removed' | 'lost'
  >,
  left: {} satisfies But<Step>,
};
