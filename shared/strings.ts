import { z } from 'zod';

/**
 * A text of so many code points, which is how the contract counts, and JSON Schema too. Zod alone counts UTF-16 units: an
 * emoji would be two.
 */
export function textOf({ least = 0, most }: { least?: number; most: number }) {
  const bounds = least > 0 ? `${least} to ${most}` : `at most ${most}`;
  return z
    .string()
    .min(least)
    .refine((text) => hasAtMost(text, most), `expected ${bounds} characters`)
    .meta({ maxLength: most });
}

function hasAtMost(text: string, most: number): boolean {
  if (text.length <= most) return true;
  return text.length <= 2 * most && [...text].length <= most;
}
