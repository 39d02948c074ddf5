import { applyUpdate, type Doc, getItem, Item, type Transaction, transact } from 'yjs';

/**
 * Applies updates that checkUpdate() has let pass, in one transaction, as what came from elsewhere. Whatever is in them, it throws nowhere,
 * nor does what is done to the document later.
 */
export function applyUpdates(doc: Doc, updates: readonly Uint8Array[], origin?: unknown): void {
  const apply = (transaction: Transaction) => {
    for (const update of updates) applyUpdate(doc, update, origin);
    deleteOvertaken(transaction);
  };
  transact(doc, apply, origin, false);
}

/**
 * Deletes what stands before the value of a key. Yjs does so where another value comes, and relies on it: where what holds
 * the keys is deleted, it throws for any that is not. But of several values in one struct, which no map writes, some are
 * left when another struct has parted them.
 */
function deleteOvertaken(transaction: Transaction): void {
  for (const part of transaction._mergeStructs) {
    if (!(part instanceof Item) || part.parentSub === null || !part.origin) continue;
    const before = getItem(transaction.doc.store, part.origin);
    if (before instanceof Item && !before.deleted) before.delete(transaction);
  }
}
