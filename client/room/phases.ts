import type { Transitions } from '../stateMachine.ts';

/**
 * What a room is at. `opening`: an earlier visit of it is not over, or what that left is being read. `away`: there is no
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
  | 'rejoin'
  | 'leave';

/** What comes too late, or too early, is nothing. */
const ignored = '';

/** Where each step leads. */
export const phases: Transitions<Phase, Step> = {
  opening: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: 'away',
    refused: ignored,
    barred: ignored,
    entered: ignored,
    role: ignored,
    removed: ignored,
    lost: ignored,
    rejoin: ignored,
    leave: 'left',
  },
  away: {
    join: 'joining',
    catchUp: ignored,
    keep: ignored,
    done: ignored,
    refused: ignored,
    barred: ignored,
    entered: 'joined',
    role: ignored,
    removed: ignored,
    lost: ignored,
    rejoin: ignored,
    leave: 'left',
  },
  // The answer comes before all other news of the room: what comes earlier is about a visit before.
  joining: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: 'joined',
    refused: 'waiting',
    barred: 'removed',
    entered: ignored,
    role: ignored,
    removed: ignored,
    lost: 'away',
    rejoin: ignored,
    leave: 'left',
  },
  joined: {
    join: 'joining',
    catchUp: 'catchingUp',
    keep: 'keeping',
    done: ignored,
    refused: ignored,
    barred: ignored,
    entered: 'joined',
    role: 'joined',
    removed: 'removed',
    lost: 'away',
    rejoin: ignored,
    leave: 'left',
  },
  catchingUp: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: 'joined',
    refused: 'waiting',
    barred: 'removed',
    entered: 'joined',
    role: 'catchingUp',
    removed: 'removed',
    lost: 'away',
    rejoin: ignored,
    leave: 'left',
  },
  keeping: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: 'joined',
    refused: 'waiting',
    barred: ignored,
    entered: 'joined',
    role: 'keeping',
    removed: 'removed',
    lost: 'away',
    rejoin: ignored,
    leave: 'left',
  },
  waiting: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: 'away',
    refused: ignored,
    barred: ignored,
    entered: 'joined',
    role: 'waiting',
    removed: 'removed',
    lost: 'away',
    rejoin: ignored,
    leave: 'left',
  },
  removed: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: ignored,
    refused: ignored,
    barred: ignored,
    entered: 'joined',
    role: ignored,
    removed: ignored,
    lost: ignored,
    rejoin: 'away',
    leave: 'left',
  },
  left: {
    join: ignored,
    catchUp: ignored,
    keep: ignored,
    done: ignored,
    refused: ignored,
    barred: ignored,
    entered: ignored,
    role: ignored,
    removed: ignored,
    lost: ignored,
    rejoin: ignored,
    leave: ignored,
  },
};
