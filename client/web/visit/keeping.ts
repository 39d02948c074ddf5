import { Refusal, toRefusal } from '../../../shared/refusals.ts';
import type { Client, Room } from '../../index.ts';
import { basePath } from '../server.ts';
import { forgetVisited, newId } from './songs.ts';

/**
 * Begins a new song with the text of one that was deleted, which goes, and opens it. Throws a Refusal where that may not be:
 * then nothing has changed.
 */
export async function keepAsNew(client: Client, room: Room): Promise<void> {
  const id = newId();
  const copy = client.room(`song:${id}`);
  const refused = new Promise<never>((_, reject) => {
    copy.on('state', ({ status, refusal, reason = 'closed' }) => {
      if (status === 'removed') reject(refusal ? toRefusal(refusal) : new Refusal('forbidden', reason));
    });
  });
  copy.text.insert(0, room.text.text);
  try {
    await Promise.race([copy.text.stored(), refused]);
  } catch (error) {
    await copy.leave('drop');
    throw error;
  }
  await room.leave('drop');
  forgetVisited(location.pathname);
  location.assign(`${basePath}/song/${id}`);
}
