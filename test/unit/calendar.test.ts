import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who may look at the calendar, which can be set and run back, and what for: never for how long something takes. */
const allowed: Record<string, string> = {
  'client/connection/connection.ts':
    'when the next attempt begins, as applications show it; how far the server’s time is ahead',
  'client/connection/local.ts': 'the timestamp of a refusal',
  'client/react/connection.tsx': 'how long it is until that attempt',
  'client/web/songs/songList.tsx': 'when a song was visited, for people',
  'client/web/songs/binned.ts': 'when a song was deleted, to be kept',
  'client/web/visit/useTitle.ts': 'the same, to be kept',
  'client/yjs/awareness.ts': 'the timestamp that an awareness of Yjs keeps with each state',
  'server/access/askedUsers.ts': 'whether a token counts',
  'server/access/signature.ts': 'when a request was signed',
  'server/access/auth.ts': 'whether a token counts',
  'server/access/banned.ts': 'until when a token is revoked',
  'server/access/invitations.ts': 'until when an invitation counts',
  'server/cli/doctor/running.ts': 'how far the server’s time is ahead; a name',
  'server/cli/replay.ts': 'a name',
  'server/connections/connection.ts': 'how long a token counts, from when it was taken; the timestamp of a refusal',
  'server/connections/people.ts': 'the timestamp of who came or went',
  'server/door/intake.ts': 'the timestamp of a refusal',
  'server/door/sockets.ts': 'the timestamp of a refusal',
  'server/events/receive.ts': 'the timestamp of a refusal',
  'client/client.ts': 'how old replicas are that were kept',
  'client/room/ownership.ts': 'when somebody was greeted, over reloads',
  'client/room/persistence.ts': 'when a replica was kept',
  'server/access/guestTokens.ts': 'whether a token counts',
  'server/door/draining.ts': 'the timestamp of a refusal',
  'server/http/app.ts': 'the timestamp of a refusal',
  'server/http/operations.ts': 'the timestamp of a refusal',
  'server/http/texts.ts': 'the same',
  'server/http/transfer.ts': 'the same',
  'server/http/personal.ts': 'when an export was made',
  'server/logs/backup.ts': 'a name',
  'server/http/invitations.ts': 'until when an invitation counts',
  'server/http/revocations.ts': 'until when a token is revoked',
  'server/ledgers/ledger.ts': 'the timestamp of a change',
  'server/logs/lmdb.ts': 'when a client was last seen, over restarts',
  'server/publishing/publish.ts': 'the timestamp of what is not stored, and of a refusal',
  'server/server.ts': 'the timestamp of who came or went',
  'server/watch/audit.ts': 'the timestamp of a line',
  'server/watch/time.ts': 'where the server’s time comes from',
};

function looksAtCalendar(file: string): boolean {
  return /\bDate\.now\b|\bnew Date\b|\bDate\(/.test(readFileSync(file, 'utf8'));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the calendar', () => {
  it('is looked at for timestamps alone, and by these files', () => {
    const found = ['client', 'server', 'shared'].flatMap(filesIn).filter(looksAtCalendar);
    assert.deepEqual(found.sort(), Object.keys(allowed).sort(), 'durations are measured by monotonic()');
  });
});
