import { itHoldsVectors } from '../support/story.ts';

describe('the test vectors of sessions', () => itHoldsVectors('session', 'session:test'));
