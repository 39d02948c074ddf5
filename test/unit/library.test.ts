import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe('what an application imports', () => {
  it('listens to no signal and ends no process: that is for the command line alone', () => {
    const files = ['server', 'client', 'shared'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    );
    // The examination of a store is a process of its own.
    const programs = /^server\/(cli\/|main\.ts|logs\/examining\.ts)/;
    const library = files.filter((file) => /\.tsx?$/.test(file) && !programs.test(file));
    assert.ok(library.length > 100);
    const ending = /\bprocess\.(on|once|addListener|exit|exitCode|kill|abort)\b/;
    assert.deepEqual(
      library.filter((file) => ending.test(readFileSync(file, 'utf8'))),
      [],
    );
  });
});
