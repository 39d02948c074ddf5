import type { Entry } from '../../shared/documents/type.ts';
import type { Since } from '../../shared/events.ts';
import type { Document } from '../documents/document.ts';
import type { Log } from '../logs/log.ts';
import { Damaged, proofsOf } from '../logs/proof.ts';

/**
 * Bytes of entries that are read back from a log at once, and that one answer carries: as much as the largest document
 * takes by default. Whoever has missed more gets the document, which is less.
 */
export const mostMissed = 2 * 1024 * 1024;

export interface Source {
  log: Log;
  key: string;
  document: Document;
}

/**
 * Up to `limit` of the entries that follow a revision, but no more than one answer carries: from memory where that reaches
 * back so far, else from the log, and memory stays as it is. Undefined where the log does not reach back either.
 */
export async function readMissed(
  { log, key, document }: Source,
  after: number,
  limit: number,
): Promise<readonly Entry[] | undefined> {
  const { epoch, reach } = document;
  if (after < reach) return log.read(key, { epoch, after, limit, bytes: mostMissed });
  let bytes = 0;
  const entries = document.since(after).slice(0, limit);
  const end = entries.findIndex((entry, index) => {
    bytes += document.weigh([entry]);
    return bytes > mostMissed && index > 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** What was fetched for one who comes back: see readOlder(). */
export interface Older {
  entries: readonly Entry[];
  /** Whether the history that it knows is this one; undefined where that is not known. */
  fits?: boolean | undefined;
  /** Bytes that were read in vain: there is more than one answer carries. */
  inVain?: number;
}

/**
 * What memory lacks of the entries since a revision, and whether the log has there what is known of it. No entries where
 * memory has them all, or the log has not, or where with those they are more than one answer carries. Of a log that is damaged
 * there, `onError` is told, and there are none either. `isTooMuch`: it is known that they are.
 */
export async function readOlder(
  source: Source,
  since: Since,
  isTooMuch: boolean,
  onError: (error: unknown) => void,
): Promise<Older> {
  const { log, key, document } = source;
  const { epoch, reach } = document;
  const { revision } = since;
  const here = fitsHere(document, since);
  if (revision >= reach || (since.epoch !== epoch && revision > 0 && since.proof === undefined)) {
    return { entries: [], fits: here };
  }
  try {
    const bytes = mostMissed - document.entryBytes;
    const [entries = [], proof] = await Promise.all([
      isTooMuch ? [] : log.read(key, { epoch, after: revision, limit: reach - revision, bytes }),
      since.proof === undefined ? undefined : log.proof(key, { epoch, revision }),
    ]);
    const fits = fitsThere(document, since, proof, entries);
    if (entries.length === 0 || entries.length === reach - revision) return { entries, fits };
    return { entries: [], fits, inVain: document.weigh(entries) };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    onError(error);
    return { entries: [] };
  }
}

/** Whether a document has what is known at a revision that memory reaches back to; undefined where that cannot be told. */
export function fitsHere(document: Document, { epoch, revision, proof }: Since): boolean | undefined {
  if (revision === 0) return true;
  if (proof === undefined && epoch !== document.epoch) return undefined;
  if (revision > document.revision) return false;
  const known = document.proofAt(revision);
  return known === undefined || proof === undefined ? undefined : known === proof;
}

/** The same by what the log has: the proof there, or where that is gone the entries that follow, up to those in memory. */
function fitsThere(document: Document, since: Since, proof: string | undefined, entries: readonly Entry[]) {
  if (since.proof === undefined || since.revision === 0) return undefined;
  if (proof !== undefined) return proof === since.proof;
  // What was redacted has kept a proof that nobody can work out any more.
  if (entries.some(({ redacted }) => redacted !== undefined)) return undefined;
  const known = document.proofAt(since.revision + entries.length);
  const last = proofsOf(since.proof, entries).at(-1);
  return known === undefined || last === undefined ? undefined : known === last;
}

/** What one has missed, and whether it knows another history than the document's. */
export interface Missed {
  /** Undefined where they are another history's, are not there, or are more than one answer carries. */
  entries?: readonly Entry[];
  diverged?: boolean;
}

/** All entries since a revision, the first of which are what readOlder() has found. */
export function missedSince(document: Document, since: Since, older: Older): Missed {
  const { epoch, revision } = since;
  const from = revision + older.entries.length;
  const fits = revision < document.reach ? older.fits : (fitsHere(document, since) ?? older.fits);
  if (fits === false) return { diverged: true };
  const sameHistory = epoch === document.epoch || revision === 0;
  if (!sameHistory || from > document.revision || from < document.reach) return {};
  const entries = [...older.entries, ...document.since(from)];
  return document.weigh(entries) > mostMissed ? {} : { entries };
}
