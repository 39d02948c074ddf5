import assert from 'node:assert/strict';
import { printable, printableJson, printableLine } from '../../server/cli/printable.ts';

describe('what others wrote, in a terminal', () => {
  const acting = {
    'a colour': ['\u001b[31mred\u001b[0m', 'red'],
    'a title': ['\u001b]0;mine\u0007x', 'x'],
    'a clipboard': ['\u001b]52;c;cm0gLXJm\u001b\\x', 'x'],
    'a reset': ['\u001bcx', 'x'],
    'a sequence of one byte': ['\u009b2Jx', 'x'],
    'a return over what was printed': ['good\rbad', 'goodbad'],
    'a bell and a backspace': ['a\u0007\bb', 'ab'],
    'letters turned round': ['\u202egnp.exe\u2066', 'gnp.exe'],
  };

  for (const [name, [text = '', expected]] of Object.entries(acting)) {
    it(`is without ${name}`, () => {
      assert.equal(printable(text), expected);
      const json = printableJson({ text });
      assert.doesNotMatch(json, /[\p{Cc}\u202e\u2066]/u);
      assert.deepEqual(JSON.parse(json), { text });
    });
  }

  it('keeps its lines, but where one is expected', () => {
    assert.equal(printable('one\n\ttwo'), 'one\n\ttwo');
    assert.equal(printableLine('<ada> hi\n<ben> I quit\u2028'), '<ada> hi <ben> I quit ');
  });
});
