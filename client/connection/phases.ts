export type Phase = 'initial' | 'authorizing' | 'opening' | 'connected' | 'waiting' | 'disconnected';
export type Step = 'connect' | 'authorized' | 'greeted' | 'broke' | 'due' | 'gaveUp' | 'disconnect';

/**
 * What a connection is at, and where each step leads. A step that a phase does not name came too late, and is nothing.
 *
 * It is `authorizing` while a token is asked for, `opening` until the server has greeted, and `waiting` between attempts.
 */
export const phases: Record<Phase, Partial<Record<Step, Phase>>> = {
  initial: { connect: 'authorizing' },
  authorizing: { authorized: 'opening', broke: 'waiting', gaveUp: 'disconnected', disconnect: 'disconnected' },
  opening: { greeted: 'connected', broke: 'waiting', gaveUp: 'disconnected', disconnect: 'disconnected' },
  connected: { broke: 'waiting', gaveUp: 'disconnected', disconnect: 'disconnected' },
  waiting: { due: 'authorizing', disconnect: 'disconnected' },
  disconnected: { connect: 'authorizing' },
};
