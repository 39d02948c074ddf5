/** What may stand between letters unseen, because it belongs to how they are written. */
const belonging = [
  // England, Scotland, Wales: a black flag and letters that are not shown.
  String.raw`\u{1F3F4}[\u{E0030}-\u{E007A}]{1,6}\u{E007F}`,
  // One picture of several, such as a family.
  String.raw`(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D(?=\p{Extended_Pictographic})`,
  // Persian and Indic scripts have joiners within words.
  String.raw`(?<=\p{Script=Arabic}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Gujarati}|\p{Script=Tamil}|\p{Script=Telugu}|\p{Script=Kannada}|\p{Script=Malayalam}|\p{Script=Sinhala})[\u200C\u200D](?=\p{L})`,
];
/** What is blank, whatever it is called. */
const blank = String.raw`[\s\u2800\u3164\uFFA0\u115F\u1160]+`;
/** What shows nothing, or turns the letters round: controls, formats, halves of characters, private ones, fillers. */
const unseen = String.raw`\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\u034F|\u17B4|\u17B5|\u180B|\u180C|\u180D|\u180F`;

/** Characters of a name. */
const longest = 128;

const cleaned = new RegExp(`(${belonging.join('|')})|(${blank})|${unseen}`, 'gu');

/** The first of these names that shows something, or else what names the user. */
export function nameOf(user_id: string, ...names: (string | undefined)[]): string {
  for (const name of [...names, user_id]) {
    const shown = shownName(name ?? '');
    if (shown !== '') return shown;
  }
  return encodeURIComponent(user_id).slice(0, longest);
}

/** A name as it may stand beside others: one line, without what nobody sees; `""` where nothing is left. */
function shownName(name: string): string {
  return name
    .replace(cleaned, (_, belongs?: string, isBlank?: string) => belongs ?? (isBlank ? ' ' : ''))
    .replace(/ {2,}/g, ' ')
    .trim();
}
