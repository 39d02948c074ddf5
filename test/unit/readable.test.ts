import assert from 'node:assert/strict';
import { beginningOf, withhold } from '../../server/door/readable.ts';

const most = 100_000;
const text = (content: string) => `2["nothing",${JSON.stringify(content)}]`;
const list = (item: string, bytes: number) => `2["nothing",[${Array(Math.floor(bytes / item.length)).fill(item)}]]`;

/** What may come in a packet, and whether it is read. */
const packets: Record<string, [packet: string | Buffer | undefined, isRead: boolean]> = {
  'nothing at all': [undefined, true],
  'an attachment': [Buffer.alloc(10 * most), true],
  'a long text': [text('x'.repeat(10 * most)), true],
  'a long text that is escaped': [`2["nothing","${'\\u0001'.repeat(most)}"]`, true],
  'a text of quotation marks and brackets': [text('"[{\\'.repeat(most)), true],
  'a text that has no end': [`2["nothing","${'['.repeat(most)}`, true],
  'as many texts as are counted': [list('"abcdefgh"', most / 2), true],
  'long texts beyond the characters': [list(JSON.stringify('x'.repeat(100)), 4 * most), true],
  'short texts beyond the characters': [list('"ab"', most), false],
  'brackets beyond the characters': [list('[]', most), false],
  'numbers beyond the characters': [list('12345', 1.1 * most), false],
  'keys beyond the characters': [`2["nothing",{${Array.from({ length: most / 6 }, (_, at) => `"${at}":0`)}}]`, false],
  'blanks beyond the characters': [`2["nothing"${' '.repeat(most)}]`, false],
  'a thousand levels': [`2${'['.repeat(1_000)}"${'x'.repeat(20_000)}"${']'.repeat(1_000)}`, true],
  'a level more': [`2${'['.repeat(1_001)}"${'x'.repeat(20_000)}"${']'.repeat(1_001)}`, false],
  'many levels one after the other': [list('[[[[[]]]]]', most / 2), true],
  'many levels, but small': [`2${'['.repeat(8_000)}`, true],
};

describe('a packet that is', () => {
  for (const [name, [data, isRead]] of Object.entries(packets))
    it(`${name} is ${isRead ? 'read' : 'left'}`, () => {
      const packet = { type: 'message', ...(data !== undefined && { data }) };
      assert.equal(withhold(packet, most) === undefined, isRead);
      assert.equal(packet.type, isRead ? 'message' : 'noop');
    });

  it('an event begins with its name, and with the number of its callback where it has one', () => {
    assert.deepEqual(beginningOf('2["ping",{}]'), { event: 'ping' });
    assert.deepEqual(beginningOf('20["ping",{}]'), { event: 'ping', callback: 0 });
    assert.deepEqual(beginningOf('2/tutti,17["ping",{}]'), { event: 'ping', callback: 17 });
    assert.deepEqual(beginningOf(`27["${'long'.repeat(100)}",{}]`), { callback: 7 });
    assert.deepEqual(beginningOf('51-7["ping",{}]'), {});
    assert.deepEqual(beginningOf(`2${'9'.repeat(400)}["ping",{}]`), {});
  });
});
