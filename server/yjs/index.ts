/** Documents of Yjs, for a server: `tutti/yjs/server`. */

export type { YjsContent } from '../../shared/documents/yjs/content.ts';
export type { YjsOperation } from '../../shared/documents/yjs/operation.ts';
export { type YjsOptions, yjs } from './kind.ts';
