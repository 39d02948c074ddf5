const now = performance.now.bind(performance);
let ahead = 0;

/**
 * Moves performance.now() ahead, in milliseconds, for as long as this process lives: that clock never runs back, and what
 * the server remembers by it for the whole process would be in the future of the tests that follow.
 */
export function moveAhead(milliseconds: number): void {
  ahead += milliseconds;
  performance.now = () => now() + ahead;
}
