import { defineEvents } from '../../shared/documents/events.ts';
import type { StandardSchema } from '../../shared/standardSchema.ts';

const number: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'tests',
    validate: (value) =>
      Number.isInteger(value) ? { value: value as number } : { issues: [{ message: 'no number' }] },
  },
};

/** What those count who must miss nothing: each their own, and the application its rounds. */
export const ticks = defineEvents({
  tick: { schema: number, durable: true },
  round: { schema: number, durable: true, role: 'host' },
});
