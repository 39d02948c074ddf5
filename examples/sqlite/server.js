/** Songs are kept in a SQLite database of the application's, too: there they begin, and there they can be read. */
import { createServer } from 'node:http';
import Database from 'libsql'; // the interface of better-sqlite3, and nothing to compile
import { attach } from 'tutti/server';

const database = new Database(process.env.DATABASE ?? 'songs.db');
database.exec(`CREATE TABLE IF NOT EXISTS songs (org_id TEXT, room_id TEXT, epoch TEXT, revision INTEGER, content TEXT,
  PRIMARY KEY (org_id, room_id))`);
const load = database.prepare('SELECT content FROM songs WHERE org_id = ? AND room_id = ?');
// Whatever was held up on its way: an older text never replaces a newer one of the same history.
const store = database.prepare(`INSERT INTO songs VALUES (@org_id, @room_id, @epoch, @revision, @content)
  ON CONFLICT DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision, content = excluded.content
  WHERE songs.epoch <> excluded.epoch OR songs.revision < excluded.revision`);

const http = createServer((_, response) => response.end('Hello from the application'));
const songs = await attach(http, {
  basePath: '/tutti',
  jwtSecret: process.env.JWT_SECRET,
  loadDocument: ({ org_id, room_id }) => load.get(org_id, room_id)?.content,
  storeDocument({ org_id, room_id, epoch, revision, content }) {
    if (room_id.startsWith('song:')) store.run({ org_id, room_id, epoch, revision, content });
  },
});

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  database.close();
  http.close();
});
