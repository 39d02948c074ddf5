import type { ReactNode } from 'react';

/** What someone wrote, with the addresses in it to be followed. */
export function linked(text: string): ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>"]+)/).flatMap((piece, at) => {
    if (at % 2 === 0) return piece === '' ? [] : [piece];
    const address = withoutEnd(piece);
    const link = (
      // biome-ignore lint/suspicious/noArrayIndexKey: what was said stays as it is
      <a key={at} href={address} target="_blank" rel="noreferrer">
        {address}
      </a>
    );
    return [URL.canParse(address) ? link : address, piece.slice(address.length)];
  });
}

/** A sentence may end behind an address, and a bracket that was open before it. */
function withoutEnd(address: string): string {
  let end = address.length;
  let surplus = address.split(')').length - address.split('(').length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1] as string;
    if (last === ')' && surplus > 0) surplus -= 1;
    else if (!ends.includes(last)) break;
  }
  return address.slice(0, end);
}

const ends = ".,;:!?'’”";
