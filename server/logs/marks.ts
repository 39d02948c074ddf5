/** How many bytes of entries lie between two marks, at least. */
const apart = 1024 * 1024;

/** How many bytes of entries a log has had, in all and up to some of its revisions: where to trim it is known without a look at them. */
export interface Marks {
  bytes: number;
  /** Oldest first. */
  at: readonly { revision: number; bytes: number }[];
}

export const noMarks: Marks = { bytes: 0, at: [] };

/** The marks when entries of so many bytes have brought the log to `revision`. */
export function marked({ bytes: before, at }: Marks, revision: number, added: number): Marks {
  const bytes = before + added;
  return { bytes, at: bytes - (at.at(-1)?.bytes ?? 0) < apart ? at : [...at, { revision, bytes }] };
}

/** The revision up to which entries may go so that no more than so many bytes stay, but for those between two marks. */
export function reachOf({ bytes, at }: Marks, kept: number): number {
  return at.findLast((mark) => bytes - mark.bytes >= kept)?.revision ?? 0;
}

/** Only the marks that say something of the entries beyond `revision`. */
export function marksFrom({ bytes, at }: Marks, revision: number): Marks {
  return { bytes, at: at.filter((mark) => mark.revision >= revision) };
}
