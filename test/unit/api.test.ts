import assert from 'node:assert/strict';
import { apiFiles } from '../../docs/api.ts';

describe('the public face', () => {
  it('is what docs/api has of it', () => {
    const stale = apiFiles().filter(({ current, wanted }) => current !== wanted);
    assert.deepEqual(
      stale.map(({ path }) => path),
      [],
      'run `npm run docs`, and see in the diff whether the change is meant',
    );
  });
});
