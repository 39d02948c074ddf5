/** The public face of `tutti/react`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { ReactNode, RefCallback } from 'react';
import type { SharedBoard } from 'tutti/board';
import type {
  Client,
  ConnectionState,
  Documents,
  Room,
  RoomDocument,
  RoomStateInfo,
  SharedFeed,
  SharedSession,
  ShownCursor,
  Status,
  TextChange,
} from 'tutti/client';
import type { FeedEntry, Participant, ServerPayload } from 'tutti/shared';
export {
  ConnectionStatusIndicator,
  RoomProvider,
  TuttiProvider,
  useBoard,
  useBoardText,
  useClient,
  useConnection,
  useConnectionIndicator,
  useCursors,
  useDocument,
  useFeed,
  useInbox,
  useMessages,
  useOthers,
  useParticipants,
  usePresence,
  useRoom,
  useSelections,
  useSession,
  useShared,
  useSyncStatus,
  useText,
  useTyping,
};
export type {
  BoardView,
  ConnectionIndicator,
  DocumentView,
  FeedView,
  RoomMessage,
  RoomView,
  SessionView,
  SyncStatus,
  TextInputProps,
};

interface BoardView<Value, Selected> {
  readonly board: SharedBoard<Value> | undefined;
  readonly selected: Selected | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

interface ConnectionIndicator extends ConnectionState {
  readonly label: string;
  readonly retryIn: number | undefined;
  readonly progress: number | undefined;
  retryNow(): void;
}

declare function ConnectionStatusIndicator({ showDetails }: { showDetails?: boolean }): import('react').JSX.Element;

interface DocumentView {
  readonly text: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  edit(changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
}

interface FeedView {
  readonly entries: readonly FeedEntry[];
  readonly unread: number;
  readonly hasOlder: boolean;
  readonly feed: SharedFeed | undefined;
}

type RoomMessage = ServerPayload<'room_message'>;

declare function RoomProvider({ id, children }: { id: string; children?: ReactNode }): import('react').JSX.Element;

interface RoomView extends RoomStateInfo {
  readonly room: Room | undefined;
}

interface SessionView extends Content {
  readonly session: SharedSession | undefined;
}

type SyncStatus = Omit<Status, 'role'>;

interface TextInputProps {
  readonly ref: RefCallback<Element>;
  readonly value: string;
  readonly readOnly: boolean;
  onChange(): void;
}

declare function TuttiProvider({
  client,
  children,
}: {
  client: Client;
  children?: ReactNode;
}): import('react').JSX.Element;

declare function useBoard<Value, Selected = Value>(
  documents: Documents<SharedBoard<Value>>,
  select?: (value: Value) => Selected,
): BoardView<Value, Selected>;

declare function useBoardText<Value>(documents: Documents<SharedBoard<Value>>, path: readonly string[]): TextInputProps;

declare function useClient(): Client;

declare function useConnection(): ConnectionState;

declare function useConnectionIndicator(): ConnectionIndicator;

declare function useCursors(): readonly ShownCursor[];

declare function useDocument(): DocumentView;

declare function useFeed(): FeedView;

declare function useInbox(): FeedView;

declare function useMessages(): readonly RoomMessage[];

declare function useOthers(): readonly Participant[];

declare function useParticipants(): readonly Participant[];

declare function usePresence(user_ids: readonly string[]): readonly string[];

declare function useRoom(): RoomView;

declare function useSelections<Position>(): readonly ShownCursor<Position>[];

declare function useSession(): SessionView;

declare function useShared<Held extends RoomDocument, Value>(
  documents: Documents<Held>,
  read: (document: Held) => Value,
): Value | undefined;

declare function useSyncStatus(): SyncStatus;

declare function useText(): TextInputProps;

declare function useTyping(): readonly Participant[];

// Not exported, but mentioned above.

type Content = Pick<SharedSession, 'playback' | 'queue' | 'scores' | 'state'>;

type Element = HTMLInputElement | HTMLTextAreaElement;
