import type { Transitions } from '../stateMachine.ts';

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

/** What comes too late, or too early, is nothing. */
const ignored = '';

/** Where each step leads. */
export const phases: Transitions<Phase, Step> = {
  initial: {
    connect: 'authorizing',
    authorized: ignored,
    greeted: ignored,
    broke: ignored,
    due: ignored,
    disconnect: ignored,
  },
  authorizing: {
    connect: ignored,
    authorized: 'opening',
    greeted: ignored,
    broke: 'waiting',
    due: ignored,
    disconnect: 'disconnected',
  },
  opening: {
    connect: ignored,
    authorized: ignored,
    greeted: 'connected',
    broke: 'waiting',
    due: ignored,
    disconnect: 'disconnected',
  },
  connected: {
    connect: ignored,
    authorized: ignored,
    greeted: ignored,
    broke: 'waiting',
    due: ignored,
    disconnect: 'disconnected',
  },
  waiting: {
    connect: ignored,
    authorized: ignored,
    greeted: ignored,
    broke: ignored,
    due: 'authorizing',
    disconnect: 'disconnected',
  },
  disconnected: {
    connect: 'authorizing',
    authorized: ignored,
    greeted: ignored,
    broke: ignored,
    due: ignored,
    disconnect: ignored,
  },
};
