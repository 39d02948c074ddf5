import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { savingOf, type Writing } from '../../client/web/frame/saving.ts';
import { german } from '../../client/web/texts/german.ts';
import { t } from '../../client/web/texts/t.ts';
import { type ErrorCode, refusalCodes } from '../../shared/refusals.ts';
import { roles } from '../../shared/rooms.ts';

const valuesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the texts of the page', () => {
  it('have the same values in German as in English', () => {
    for (const [english, said] of Object.entries(german)) assert.deepEqual(valuesIn(said), valuesIn(english), english);
  });

  it('are all in use', () => {
    const folder = 'client/web';
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('german.ts'))
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
      .join('\n');
    const isUsed = (text: string) =>
      [`'${text}'`, `"${text}"`, `\`${text}\``].some((quoted) => sources.includes(quoted));
    assert.deepEqual(
      Object.keys(german).filter((text) => !isUsed(text)),
      [],
    );
  });

  it('take names as they are, with whatever signs', () => {
    assert.equal(t('Follow {name}', { name: '$& {name}' }), 'Follow $& {name}');
  });
});

/** All that can be so at once. */
function* writings(): Generator<Writing> {
  const codes: (ErrorCode | undefined)[] = [undefined, ...(Object.keys(refusalCodes) as ErrorCode[])];
  for (const hasUnsent of [true, false])
    for (const kept of [true, false])
      for (const connection of ['initial', 'connecting', 'connected', 'reconnecting', 'disconnected'] as const)
        for (const room of ['joining', 'joined', 'removed', 'left'] as const)
          for (const role of [undefined, ...roles])
            for (const refusal of codes) yield { hasUnsent, kept, connection, room, role, refusal };
}

describe('what was written', () => {
  it('is “Saving…” only while nothing is in the way that lasts, and “Saved” only when it is', () => {
    let states = 0;
    for (const writing of writings()) {
      states += 1;
      const { word, why } = savingOf(writing);
      const { hasUnsent, kept, connection, room, role, refusal } = writing;
      const said = JSON.stringify(writing);
      assert.equal(word === 'Saved', !hasUnsent, said);
      if (word.startsWith('Saving'))
        assert.ok(connection === 'connected' && room !== 'removed' && role !== 'viewer', said);
      if (word === 'Saving…') assert.ok([undefined, 'conflict', 'not_found', 'unauthorized'].includes(refusal), said);
      if (word === 'Kept on this device') assert.ok(kept, said);
      if (why !== undefined) assert.ok(hasUnsent && word === 'Not saved', said);
    }
    assert.equal(states, 2 * 2 * 5 * 4 * 4 * 15);
  });
});
