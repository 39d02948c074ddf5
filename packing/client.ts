/** Builds what `tutti-client` is published from, out of what `npm run build` made: `dist-client/`. */
import { buildClient } from './buildClient.ts';

buildClient('dist-client');
