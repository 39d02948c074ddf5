/** Boards, forms and settings: `tutti/board`. */

export type { BoardCommand } from '../shared/documents/board/command.ts';
export type { BoardContent } from '../shared/documents/board/content.ts';
export type { BoardNode, Path } from '../shared/documents/board/node.ts';
export { board } from '../shared/documents/board.ts';
export type { BoardText } from './documents/board/text.ts';
export { sharedText } from './documents/board/view.ts';
export { SharedBoard, sharedBoard } from './documents/board.ts';
