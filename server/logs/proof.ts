import { hash } from 'node:crypto';
import type { Entry } from '../../shared/documents/type.ts';
import { quoted } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';

/*
 * A history proves itself: the proof of an entry is a digest of it and of the proof before, so that two histories that have
 * the same proof are the same up to there. docs/PROTOCOL.md says how it is computed, test/vectors/proof.json shows it.
 */

/** Of a history without entries. */
export const noProof = '';

/** The proof of an entry that follows one with the proof `before`: 96 bits, as 16 characters. */
export function proofOf(before: string, entry: Entry): string {
  return hash('sha256', before + canonicalEntry(entry), 'base64url').slice(0, 16);
}

/** The proofs of entries that follow one another, the first of them one with the proof `before`. */
export function proofsOf(before: string, entries: readonly Entry[]): string[] {
  let proof = before;
  return entries.map((entry) => {
    proof = proofOf(proof, entry);
    return proof;
  });
}

/** An entry as a log keeps it; without a proof where a version before had written it. */
export interface Proved {
  entry: Entry;
  proof?: string | undefined;
}

/**
 * The index of the first entry that does not go on from the one before as its proof says: it is damaged, or the one before
 * is, or one is missing between. Undefined where there is none. One that was redacted keeps the proof that it had, which
 * nobody can work out any more: from there it goes on. `before`: the proof that the first one follows, if known.
 */
export function brokenAt(before: string | undefined, entries: readonly Proved[]): number | undefined {
  let known = before;
  for (const [index, { entry, proof }] of entries.entries()) {
    const isTold = !entry.redacted && known !== undefined && proof !== undefined;
    if (isTold && proofOf(known ?? '', entry) !== proof) return index;
    known = proof;
  }
  return undefined;
}

/** What is kept of a room is not what was written: nobody reads or writes there before it is repaired. */
export class Damaged extends Refusal {
  constructor(room: string, what: string) {
    super('unavailable', 'what is kept of this room is damaged', { retry_after_ms: 60_000 });
    this.cause = `${room}: ${what}`;
  }
}

/**
 * Throws Damaged where entries up to a `head` are not all there, or do not go on from what is before them: `after`, where
 * they begin.
 */
export function checkTail(
  room: string,
  head: { revision: number; proof?: string | undefined },
  after: { revision: number; proof?: string | undefined },
  entries: readonly Proved[],
): void {
  const missing = head.revision - after.revision - entries.length;
  if (missing !== 0) throw new Damaged(room, `${missing} entries are missing behind revision ${after.revision}`);
  const broken = brokenAt(after.proof, entries);
  if (broken !== undefined) throw new Damaged(room, `revision ${after.revision + broken + 1} is not what was written`);
  const last = entries.length > 0 ? entries.at(-1)?.proof : after.proof;
  if (last === undefined || head.proof === undefined || last === head.proof) return;
  throw new Damaged(room, `revision ${head.revision} is not the one that the head tells of`);
}

/** The entries alone, as they were read behind a revision. Throws Damaged where they do not go on from one another. */
export function checkRead(room: string, after: number, entries: readonly Proved[]): Entry[] {
  const broken = brokenAt(undefined, entries);
  if (broken !== undefined) throw new Damaged(room, `revision ${after + broken + 1} is not what was written`);
  return entries.map(({ entry }) => entry);
}

/** The same as canonical(), with no keys to look up for nearly all of them: each entry of a busy room goes through here. */
function canonicalEntry(entry: Entry): string {
  const { client_id, operation, sequence, timestamp, user_id } = entry;
  let fields = 0;
  for (const _ in entry) fields += 1;
  if (fields !== (sequence === undefined ? 4 : 5)) return canonical(entry);
  const numbered = sequence === undefined ? '' : `"sequence":${sequence},`;
  const [client, user] = [JSON.stringify(client_id), JSON.stringify(user_id)];
  return `{"client_id":${client},"operation":${canonical(operation)},${numbered}"timestamp":${timestamp},"user_id":${user}}`;
}

/** JSON with the keys in order and nothing between (RFC 8785); bytes are `{ "$binary": base64 }`. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (value instanceof Uint8Array) return `{"$binary":"${Buffer.from(value).toString('base64')}"}`;
  let inside = '';
  if (Array.isArray(value)) {
    for (const item of value) inside += (inside && ',') + canonical(item);
    return `[${inside}]`;
  }
  for (const key of inOrder(Object.keys(value))) {
    const member: unknown = value[key as keyof typeof value];
    if (member !== undefined) inside += `${inside && ','}${quoted(key)}:${canonical(member)}`;
  }
  return `{${inside}}`;
}

/** Most are few, and in order. */
function inOrder(keys: string[]): string[] {
  return keys.every((key, index) => index === 0 || (keys[index - 1] as string) <= key) ? keys : keys.sort();
}
