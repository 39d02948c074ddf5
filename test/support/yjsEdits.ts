import * as Y from 'yjs';
import type { Random } from './random.ts';

/** Changes something in a Y.Doc, of any kind that Yjs has. */
export function editAnything(doc: Y.Doc, random: Random): void {
  const text = doc.getText('text');
  const map = doc.getMap<unknown>('map');
  const list = doc.getArray<unknown>('list');
  const page = doc.getXmlFragment('page');
  const place = (length: number) => random.between(0, length);
  const edits: (() => void)[] = [
    () => text.insert(place(text.length), random.pick(['a', 'bc', 'é', '歌', 'a line\n'])),
    () => text.length > 0 && text.delete(random.between(0, text.length - 1), 1),
    () => text.length > 1 && text.format(0, random.between(1, text.length), { bold: random.oneIn(2) || null }),
    () => text.insertEmbed(place(text.length), { image: 'a.png' }),
    () => map.set(random.pick(['a', 'b', 'c']), random.pick([1, '😀', null, undefined, true, 2.5, { deep: [1, 'é'] }])),
    () => map.set('nested', new Y.Map([['x', new Y.Text('inner')]])),
    () => map.set('b', 10n),
    () => map.delete(random.pick(['a', 'b', 'nested'])),
    () => list.insert(place(list.length), [random.between(0, 1_000_000), 'two', new Uint8Array([1, 2, 3])]),
    () => list.length > 1 && list.delete(random.between(0, list.length - 2), 2),
    () => list.push([-5, 1e100, new Y.Array()]),
    () => {
      const element = new Y.XmlElement('p');
      element.insert(0, [new Y.XmlText('words')]);
      element.setAttribute('class', 'first');
      page.insert(place(page.length), [element]);
    },
    () => page.length > 0 && page.delete(0, 1),
  ];
  doc.transact(() => random.pick(edits)());
}
