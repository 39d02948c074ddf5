/** React: `tutti/react`. What server components import of it is the browser's. */
'use client';

export { type BoardView, useBoard, useSelections } from './board.ts';
export {
  type ConnectionIndicator,
  ConnectionStatusIndicator,
  useConnection,
  useConnectionIndicator,
} from './connection.tsx';
export { usePresence } from './presence.ts';
export { RoomProvider, TuttiProvider, useClient } from './providers.tsx';
export {
  type DocumentView,
  type RoomMessage,
  type RoomView,
  type SyncStatus,
  useCursors,
  useDocument,
  useMessages,
  useOthers,
  useParticipants,
  useRoom,
  useShared,
  useSyncStatus,
  useTyping,
} from './room.ts';
export { type FeedView, type SessionView, useFeed, useInbox, useSession } from './shared.ts';
export { type TextInputProps, useBoardText, useText } from './text.ts';
