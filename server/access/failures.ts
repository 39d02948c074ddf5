import { Refusal } from '../../shared/refusals.ts';
import type { Consume } from '../limits/limits.ts';
import type { Authenticate } from './auth.ts';

/**
 * Counts tokens that are refused, by address: beyond the limit the answer is `rate_limited`. Good tokens are let in all
 * the same: a stranger's failures are not held against those behind the same address.
 */
export function limitFailures(authenticate: Authenticate, consume: Consume): Authenticate {
  return async (request) => {
    try {
      return await authenticate(request);
    } catch (error) {
      if (error instanceof Refusal && error.error_code === 'unauthorized')
        await consume('refused tokens', request.address);
      throw error;
    }
  };
}
