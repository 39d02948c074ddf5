import type { Room } from '../../index.ts';
import { wordsForCode } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';

/** Why a song beside the page's own room is not there; undefined where it is, or may come. */
export function whyMissing(room: Room | undefined): string | undefined {
  const { status, refusal } = room?.state ?? {};
  if (status !== 'removed') return undefined;
  return refusal ? wordsForCode(refusal.error_code) : t('It was deleted.');
}
