/** What a directive says by words and pairs: `label="Verse 1" shape=4x4`, `Am base-fret 1`. */

export interface Attributes {
  /** The words that are in no pair, in order. */
  words: string[];
  /** By their names in small letters. */
  pairs: ReadonlyMap<string, string>;
}

/** A pair, or a word; a quote that does not end is a letter like others. */
const item = /\s*(?:([A-Za-z_][\w-]*)=(?:"([^"]*)"|'([^']*)'|([^\s"']\S*|))|"([^"]*)"|'([^']*)'|(\S+))/y;

export function attributesOf(value: string): Attributes {
  const words: string[] = [];
  const pairs = new Map<string, string>();
  // Without the quote that ends it, the rest is looked through for one again and again.
  const text = value.slice(0, longestValue);
  item.lastIndex = 0;
  for (let found = item.exec(text); found; found = item.exec(text)) {
    const [, name, double, single, plain, doubleWord, singleWord, word] = found;
    if (name !== undefined) pairs.set(name.toLowerCase(), double ?? single ?? plain ?? '');
    else words.push(doubleWord ?? singleWord ?? word ?? '');
  }
  return { words, pairs };
}

const longestValue = 1_000;

/** Whether a value says no: `off`, `no`, `0`. */
export function isOff(value: string): boolean {
  return ['0', 'off', 'false', 'null', 'no', 'none'].includes(value.trim().toLowerCase());
}
