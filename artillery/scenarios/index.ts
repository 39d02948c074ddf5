/** What virtual users do: one function for each `function:` in the scenarios' files. */

export { feeds } from './feeds.ts';
export { quiz } from './quiz.ts';
export { restart } from './restart.ts';
export { cursors, typing } from './song.ts';
export { storm } from './storm.ts';
