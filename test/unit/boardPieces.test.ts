import assert from 'node:assert/strict';
import { isLarge } from '../../server/wire/pieces.ts';
import type { BoardContent } from '../../shared/documents/board/content.ts';
import type { BoardNode } from '../../shared/documents/board/node.ts';
import { board } from '../../shared/documents/board.ts';
import { type AnyDocumentType, complete } from '../../shared/documents/complete.ts';
import { LargeJson } from '../../shared/documents/largeJson.ts';

const named = (count: number, make: (at: number) => BoardNode): BoardNode => ({
  fields: Object.fromEntries(Array.from({ length: count }, (_, at) => [`n "${at}`, make(at)])),
});
const listed = (count: number, make: (at: number) => BoardNode): BoardNode => ({
  items: Object.fromEntries(Array.from({ length: count }, (_, at) => [`i${at}`, { at: `a0${at}1`, node: make(at) }])),
});
const value = (of: number): BoardNode => ({ value: of % 7 === 0 ? { of, text: 'ä' } : of });
const text = (at: number): BoardNode => ({ runs: [{ id: `r${at}`, from: 0, text: 'a "song" '.repeat(5_000) }] });

const boards: Record<string, BoardNode> = {
  nothing: { fields: {} },
  'a few fields': named(3, value),
  'a wide object': named(8_000, value),
  'a long list': listed(5_000, () => named(3, value)),
  'wide objects in a narrow one, in a list': listed(3, () => named(2, () => named(3_000, value))),
  'long texts': named(2, () => listed(2, text)),
  'one long text': text(0),
};

describe('a board in pieces', () => {
  for (const [name, node] of Object.entries(boards))
    it(`is the JSON that is saved of it: ${name}`, () => {
      const content = board.load?.(node) as BoardContent;
      const pieces = [...(board.pieces?.(content) ?? [])];
      assert.equal(pieces.join(''), JSON.stringify(board.save?.(content)));
      assert.ok(pieces.every((piece) => piece.length < 64 * 1024));
    });

  it('is what others are told of a large one, and is like any other JSON', () => {
    const type = complete(board as AnyDocumentType);
    const shown = (node: BoardNode) => type.show(type.load(node));
    const wide = shown(named(8_000, value));
    assert.ok(wide instanceof LargeJson && isLarge({ content: wide }));
    assert.equal(JSON.stringify(wide), JSON.stringify(named(8_000, value)));
    assert.deepEqual(shown(named(3, value)), named(3, value));
  });
});
