import type { Row, Transitions } from '../stateMachine.ts';

/**
 * What a connection is at: `authorizing` while a token is asked for, `opening` until the server has greeted, and `waiting`
 * between attempts.
 */
export type Phase = 'initial' | 'authorizing' | 'opening' | 'connected' | 'waiting' | 'disconnected';

/**
 * `connect`: by the application. `authorized`: there is a token, or none is needed. `greeted`: the server has let the
 * connection in. `broke`: an attempt failed, or the connection is gone. `due`: the next attempt is. `disconnect`: by the
 * application, or because another attempt can not help.
 */
export type Step = 'connect' | 'authorized' | 'greeted' | 'broke' | 'due' | 'disconnect';

/** Where the steps lead from a phase, but for those that it ignores: what comes too late, or too early, is nothing. */
type But<Ignored extends Step> = Row<Phase, Step, Ignored>;

/** Where each step leads. */
export const phases: Transitions<Phase, Step> = {
  initial: { connect: 'authorizing' } satisfies But<'authorized' | 'greeted' | 'broke' | 'due' | 'disconnect'>,
  authorizing: { authorized: 'opening', broke: 'waiting', disconnect: 'disconnected' } satisfies But<
    'connect' | 'greeted' | 'due'
  >,
  opening: { greeted: 'connected', broke: 'waiting', disconnect: 'disconnected' } satisfies But<
    'connect' | 'authorized' | 'due'
  >,
  connected: { broke: 'waiting', disconnect: 'disconnected' } satisfies But<
    'connect' | 'authorized' | 'greeted' | 'due'
  >,
  waiting: { due: 'authorizing', disconnect: 'disconnected' } satisfies But<
    'connect' | 'authorized' | 'greeted' | 'broke'
  >,
  disconnected: { connect: 'authorizing' } satisfies But<'authorized' | 'greeted' | 'broke' | 'due' | 'disconnect'>,
};
