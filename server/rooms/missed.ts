import type { Entry } from '../../shared/documents/type.ts';
import type { Since } from '../../shared/events.ts';
import type { Document } from '../documents/document.ts';
import type { Log } from '../logs/log.ts';

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

/** Bytes that entries take, roughly. */
export function weightOf(document: Document, entries: readonly Entry[]): number {
  return document.weigh(entries);
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
    bytes += weightOf(document, [entry]);
    return bytes > mostMissed && index > 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** What memory lacks of the entries since a revision; none where it has them all, or the log has not. */
export async function readOlder({ log, key, document }: Source, { epoch, revision }: Since): Promise<readonly Entry[]> {
  const { reach } = document;
  if (revision >= reach || (epoch !== document.epoch && revision > 0)) return [];
  const range = { epoch: document.epoch, after: revision, limit: reach - revision, bytes: mostMissed };
  return (await log.read(key, range)) ?? [];
}

/**
 * All entries since a revision, the first of which are what readOlder() has found. Undefined where they are another
 * history's, are not there, or are more than one answer carries.
 */
export function missedSince(
  document: Document,
  { epoch, revision }: Since,
  older: readonly Entry[],
): readonly Entry[] | undefined {
  const from = revision + older.length;
  const sameHistory = epoch === document.epoch || revision === 0;
  if (!sameHistory || from > document.revision || from < document.reach) return undefined;
  const entries = [...older, ...document.since(from)];
  return weightOf(document, entries) > mostMissed ? undefined : entries;
}
