/**
 * Preloaded into a process (`--import`): its calendar is CLOCK_AHEAD_MS ahead of the machine's, and at each SIGUSR2 it is set
 * by CLOCK_STEP_MS more. What measures durations goes on as it was, as with a real clock.
 */
const real = Date.now;
let ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const now = () => real() + ahead;

globalThis.Date = new Proxy(Date, {
  apply: (target) => new target(now()).toString(),
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

process.on('SIGUSR2', () => {
  ahead += Number(process.env.CLOCK_STEP_MS ?? 0);
  console.log(`the clock was set: ${ahead} ms ahead`);
});
