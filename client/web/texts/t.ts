import type { german } from './german.ts';

/** Something that the page says, by its English words: `{name}` in them is a value. */
export type Text = keyof typeof german;
/** What a text is in another language, for all of them. */
export type Texts = Readonly<Record<Text, string>>;

type Names<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<Words extends string> = [Names<Words>] extends [never]
  ? []
  : [values: Record<Names<Words>, string | number>];
/** A text without values. */
export type PlainText = { [Words in Text]: [Names<Words>] extends [never] ? Words : never }[Text];

/** Languages besides English, each fetched by whoever reads it. Another one is a file with a table, and a line here. */
const languages: Record<string, () => Promise<Texts>> = {
  de: async () => (await import('./german.ts')).german,
};

let language = 'en';
let texts: Partial<Texts> = {};

/** What the page says, in the visitor's language: `t('Remove {name}', { name })`. To be called while rendering, not before. */
export function t<Words extends Text>(words: Words, ...[values]: Values<Words>): string {
  const said: string = texts[words] ?? words;
  const byName = (values ?? {}) as Record<string, unknown>;
  return said.replace(/\{(\w+)\}/g, (_, name: string) => String(byName[name]));
}

/** Has the page speak the first of these languages that it knows, else English. */
export async function speak(wanted: readonly string[]): Promise<void> {
  const known = wanted.map((tag) => tag.split('-')[0] ?? '').find((each) => each === 'en' || each in languages);
  const fetchTexts = languages[known ?? ''];
  try {
    texts = (await fetchTexts?.()) ?? {};
    if (known !== undefined) language = known;
  } catch {
    // A table that does not arrive: English is better than nothing.
  }
  document.documentElement.lang = language;
}

/** A moment as the visitor's language has it. */
export function dated(at: number, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(isSpoken(navigator.language) ? navigator.language : language, style).format(at);
}

/** Whether a language with its country, such as `de-AT`, is the one that the page speaks. */
function isSpoken(tag: string): boolean {
  return tag.split('-')[0] === language;
}
