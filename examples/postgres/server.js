/** Songs are kept in a PostgreSQL database of the application's, too: there they begin, and there they can be read. */
import { createServer } from 'node:http';
import pg from 'pg';
import { attach } from 'tutti/server';

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, query_timeout: 5_000 });
await database.query(`CREATE TABLE IF NOT EXISTS songs (org_id text, room_id text, epoch text, revision integer, content text,
  PRIMARY KEY (org_id, room_id))`);
const load = 'SELECT content FROM songs WHERE org_id = $1 AND room_id = $2';
// Whatever was held up on its way: an older text never replaces a newer one of the same history.
const store = `INSERT INTO songs VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (org_id, room_id) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision, content = excluded.content
  WHERE songs.epoch <> excluded.epoch OR songs.revision < excluded.revision`;

const http = createServer((_, response) => response.end('Hello from the application'));
const songs = await attach(http, {
  basePath: '/tutti',
  jwtSecret: process.env.JWT_SECRET,
  loadDocument: async ({ org_id, room_id }) => (await database.query(load, [org_id, room_id])).rows[0]?.content,
  async storeDocument({ org_id, room_id, epoch, revision, content }) {
    if (!room_id.startsWith('song:')) return;
    // PostgreSQL has no character 0 in a text.
    await database.query(store, [org_id, room_id, epoch, revision, content.replaceAll('\0', '')]);
  },
});

http.listen(process.env.PORT ?? 3000, () => console.log(`listening on ${songs.url}`));

process.once('SIGTERM', async () => {
  await songs.close();
  await database.end();
  http.close();
});
