import { Refusal, toRefusal } from '../../../shared/refusals.ts';
import type { Client, Room } from '../../index.ts';
import { basePath } from '../server.ts';
import { newId, visited } from './visited.ts';

/** Begins a new song with a text, and answers its page. Throws a Refusal where that may not be: then nothing has changed. */
export async function beginSong(client: Client, text: string): Promise<string> {
  const id = newId();
  const song = client.room(`song:${id}`);
  const refused = new Promise<never>((_, reject) => {
    song.on('state', ({ status, refusal, reason = 'closed' }) => {
      if (status === 'removed') reject(refusal ? toRefusal(refusal) : new Refusal('forbidden', reason));
    });
  });
  song.text.insert(0, text);
  try {
    await Promise.race([song.text.stored(), refused]);
  } catch (error) {
    await song.leave('drop');
    throw error;
  }
  return `${basePath}/song/${id}`;
}

/**
 * Begins a new song with the text of one that was deleted, which goes, and opens it. Throws a Refusal where that may not be:
 * then nothing has changed.
 */
export async function keepAsNew(client: Client, room: Room): Promise<void> {
  const page = await beginSong(client, room.text.text);
  await room.leave('drop');
  visited.take(location.pathname);
  location.assign(page);
}
