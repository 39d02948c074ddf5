import { tenantOfKey } from '../access/keys.ts';
import { type LedgerType, ledgerKey } from '../ledgers/ledger.ts';

/** Up to where an application has kept a room, and who is about to. */
export interface Mark {
  epoch: string;
  revision: number;
  /** Of the newest entry up to there. */
  timestamp: number;
  /** The lease of the instance that is at it; null: none is. */
  claim: string | null;
}

export type MarkChange =
  | { type: 'claim'; lease: string }
  | { type: 'release' }
  | { type: 'stored'; epoch: string; revision: number; timestamp: number };

export const marks: LedgerType<Mark, MarkChange> = {
  create: () => ({ epoch: '', revision: 0, timestamp: 0, claim: null }),

  apply(mark, { change }) {
    switch (change.type) {
      case 'claim':
        return { ...mark, claim: change.lease };
      case 'release':
        return { ...mark, claim: null };
      case 'stored':
        return { epoch: change.epoch, revision: change.revision, timestamp: change.timestamp, claim: null };
      default:
        return mark;
    }
  },
};

/** The ledger with a room's mark. */
export function markKey(key: string): string {
  return ledgerKey('stored', tenantOfKey(key), key.slice(key.indexOf('/') + 1));
}
