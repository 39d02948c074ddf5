/** ShareDB as it comes, with texts of ot-text-unicode, which keeps all in memory and stores nothing. */
import { createServer } from 'node:http';
import WebSocketJSONStream from '@teamwork/websocket-json-stream';
import { type } from 'ot-text-unicode';
import ShareDB from 'sharedb';
import { WebSocketServer } from 'ws';

ShareDB.types.register(type);
const backend = new ShareDB();
const http = createServer();
new WebSocketServer({ server: http }).on('connection', (socket) => backend.listen(new WebSocketJSONStream(socket)));
http.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
