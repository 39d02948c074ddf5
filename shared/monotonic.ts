/** Milliseconds since whenever, by a clock that never runs back: what durations are measured by. */
export function monotonic(): number {
  return performance.now();
}
