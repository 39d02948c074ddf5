import { yjs } from '../../server/yjs/index.ts';
import { embedded } from '../support/returning.ts';
import { yjsComesBackAfterRestore } from '../support/yjsReturning.ts';

describe('a data folder with documents of Yjs that is put back from a copy', () => {
  it('has again what those had who come back, and whose it is', async () => {
    await yjsComesBackAfterRestore(await embedded({ kinds: { note: yjs() } }));
  });
});
