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
  /** How often an instance that had lost its claim has stored nevertheless, and perhaps what is older. */
  doubts: number;
}

export type MarkChange =
  | { type: 'claim'; lease: string }
  | { type: 'release' }
  | { type: 'stored'; epoch: string; revision: number; timestamp: number; doubts: number }
  | { type: 'doubted' };

export const marks: LedgerType<Mark, MarkChange> = {
  create: () => ({ epoch: '', revision: 0, timestamp: 0, claim: null, doubts: 0 }),

  apply(mark, { change }) {
    switch (change.type) {
      case 'claim':
        return { ...mark, claim: change.lease };
      case 'release':
        return { ...mark, claim: null };
      case 'stored': {
        const { epoch, revision, timestamp, doubts } = change;
        // It may be gone again.
        if (doubts !== mark.doubts) return { ...mark, claim: null };
        return { epoch, revision, timestamp, claim: null, doubts };
      }
      case 'doubted':
        return { ...mark, epoch: '', revision: 0, timestamp: 0, doubts: mark.doubts + 1 };
      default:
        return mark;
    }
  },
};

/** The ledger with a room's mark. */
export function markKey(key: string): string {
  return ledgerKey('stored', tenantOfKey(key), key.slice(key.indexOf('/') + 1));
}
