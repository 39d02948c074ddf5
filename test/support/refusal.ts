import assert from 'node:assert/strict';
import type { Refusal } from '../../shared/index.ts';

/** Why something is refused. */
export async function refusal(asking: Promise<unknown>): Promise<[code: string, message: string]> {
  try {
    await asking;
  } catch (error) {
    const { error_code, message } = error as Refusal;
    return [error_code, message];
  }
  return assert.fail('it was taken');
}
