/** The server that `npm run build` made, configured by the environment, with rooms of Yjs. */
import { configFromEnvironment } from '../../../../dist/server/config.js';
import { startServer } from '../../../../dist/server/server.js';
import { yjs } from '../../../../dist/server/yjs/index.js';

const { url } = await startServer(configFromEnvironment(process.env), { kinds: { note: yjs() } });
console.log(`listening on ${url}`);
