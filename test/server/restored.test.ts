import { allComeBackAfterRestore, comesBackAfterRestore, embedded } from '../support/returning.ts';

describe('a data folder that is put back from a copy', () => {
  it('is another history to who was ahead, also where the numbers fit: what they had is merged', async () => {
    await comesBackAfterRestore(await embedded());
  });

  it('has what was acknowledged once again, however many come back with it at once', async () => {
    await allComeBackAfterRestore(await embedded());
  });
});
