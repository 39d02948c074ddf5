import { itHoldsVectors } from '../support/story.ts';

describe('the test vectors of feeds', () => itHoldsVectors('feed', 'channel:test'));
