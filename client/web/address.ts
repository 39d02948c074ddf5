/** What the page has addresses for: the kind of room that each begins with. */
const kinds = ['song', 'session', 'setlist'];
const longest = 128;

/** Where an address leads: to a room, whose one path it is, or to none, but perhaps one meant this. */
export type Address = { room_id: string; path: string } | { meant: string | undefined };

/**
 * Reads a path below the base, however somebody typed it: a slash at its end is nothing, and what an id can not have is
 * percent-encoded, as in `/song/rock&roll`.
 */
export function addressOf(path: string): Address {
  const [kind = '', ...names] = path.split('/').filter((part) => part !== '');
  const [name = '', ...rest] = names.map(encoded);
  if (kinds.includes(kind) && name !== '' && name.length <= longest && rest.length === 0)
    return { room_id: `${kind}:${name}`, path: `/${kind}/${name}` };
  return { meant: meantBy(kind, [name, ...rest]) };
}

/** `/songs/x`, `/Song/x` and `/x` are meant for `/song/x`, and so is `/song/x/y` for `/song/x-y`. */
function meantBy(kind: string, names: readonly string[]): string | undefined {
  const known = kinds.find((each) => [each, `${each}s`].includes(kind.toLowerCase()));
  const name = [...(known ? [] : [encoded(kind)]), ...names].filter((part) => part !== '').join('-');
  return name === '' ? undefined : `/${known ?? 'song'}/${name.slice(0, longest).replace(/%.?$/, '')}`;
}

/** What the ids of rooms do not have, percent-encoded; what is encoded stays as it is. */
function encoded(part: string): string {
  return part.replace(/[^\w.~%-]/gu, (character) => {
    const coded = encodeURIComponent(character);
    return coded === character ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : coded;
  });
}
