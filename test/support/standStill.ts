/** Nothing else goes on in the process for so many milliseconds. */
export function standStill(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}
