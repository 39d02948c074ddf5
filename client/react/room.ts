import { useEffect, useMemo, useRef, useState } from 'react';
import type {
  Documents,
  Participant,
  Room,
  RoomDocument,
  RoomStateInfo,
  ServerPayload,
  SharedText,
  ShownCursor,
  Status,
  TextChange,
} from '../index.ts';
import { useClient, useProvidedRoom } from './providers.tsx';
import { type Source, useSource } from './source.ts';

/** The room, for what handlers do with it, and how things are with it. */
export interface RoomView extends RoomStateInfo {
  /** undefined on a server and until it is there, which it is before anybody can click. */
  readonly room: Room | undefined;
}

export function useRoom(): RoomView {
  const room = useProvidedRoom();
  const state = useSource(room, roomState);
  return useMemo(() => ({ ...state, room }), [state, room]);
}

const roomState: Source<Room, RoomStateInfo> = {
  listen: (room, changed) => room.on('state', changed),
  read: ({ state }) => state,
  none: { status: 'joining', role: undefined, refusal: undefined, reason: undefined, kept: true },
};

/** A room's song. */
export interface DocumentView {
  readonly text: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** As SharedText has it, in UTF-16 units. Does nothing before there is a room. */
  edit(changes: readonly TextChange[]): void;
  undo(): void;
  redo(): void;
}

export function useDocument(): DocumentView {
  const document = useProvidedRoom()?.text;
  const content = useSource(document, documentContent);
  return useMemo(
    () => ({
      ...content,
      edit: (changes) => document?.edit(changes),
      undo: () => document?.undo(),
      redo: () => document?.redo(),
    }),
    [content, document],
  );
}

const documentContent: Source<SharedText, Pick<DocumentView, 'text' | 'canUndo' | 'canRedo'>> = {
  listen: (document, changed) => document.on('change', changed),
  read: ({ text, canUndo, canRedo }) => ({ text, canUndo, canRedo }),
  none: { text: '', canUndo: false, canRedo: false },
};

/**
 * What is read of a room's document, of whatever kind: `useShared(polls, (poll) => poll.content)`. The same as before, until something
 * in it is another; undefined on a server and until the room is there.
 */
export function useShared<Held extends RoomDocument, Value>(
  documents: Documents<Held>,
  read: (document: Held) => Value,
): Value | undefined {
  const document = useProvidedRoom()?.document(documents);
  const reading = useRef(read);
  reading.current = read;
  const source = useMemo<Source<Held, Value | undefined>>(
    () => ({
      listen: (from, changed) => from.on('change', changed),
      read: (from) => reading.current(from),
      none: undefined,
    }),
    [],
  );
  return useSource(document, source);
}

/** Who is in the room, oneself included; the first 200. */
export function useParticipants(): readonly Participant[] {
  return useSource(useProvidedRoom(), participants);
}

const participants: Source<Room, readonly Participant[]> = {
  listen: (room, changed) => room.on('participants', changed),
  read: (room) => room.participants,
  none: [],
};

/** Who else is in the room. */
export function useOthers(): readonly Participant[] {
  const self = useClient().greeting?.user.user_id;
  const everyone = useParticipants();
  return useMemo(() => everyone.filter(({ user_id }) => user_id !== self), [everyone, self]);
}

/** The cursors of others, in UTF-16 units, where they are now. */
export function useCursors(): readonly ShownCursor[] {
  return useSource(useProvidedRoom(), cursors);
}

const cursors: Source<Room, readonly ShownCursor[]> = {
  listen: (room, changed) => room.on('cursors', changed),
  read: (room) => room.cursors,
  none: [],
};

/** Who else types now. */
export function useTyping(): readonly Participant[] {
  const others = useOthers();
  const user_ids = useSource(useProvidedRoom(), typing);
  return useMemo(() => others.filter(({ user_id }) => user_ids.includes(user_id)), [others, user_ids]);
}

const typing: Source<Room, readonly string[]> = {
  listen: (room, changed) => room.on('typing', changed),
  read: (room) => room.typing,
  none: [],
};

export type RoomMessage = ServerPayload<'room_message'>;

/** How many messages a component keeps. */
const newestMessages = 500;

/** What was said in the room since the component is there, oldest first; the newest 500. `room.sendMessage()` says something. */
export function useMessages(): readonly RoomMessage[] {
  const room = useProvidedRoom();
  const [heard, setHeard] = useState<{ room: Room | undefined; messages: readonly RoomMessage[] }>(nothingHeard);
  useEffect(
    () =>
      room?.on('message', (message) =>
        setHeard((before) => {
          const messages = before.room === room ? before.messages : [];
          return { room, messages: [...messages, message].slice(-newestMessages) };
        }),
      ),
    [room],
  );
  return heard.room === room ? heard.messages : nothingHeard.messages;
}

const nothingHeard = { room: undefined, messages: [] };

/** Whether what was typed is in the room's log, and what it lacks of what others wrote. */
export type SyncStatus = Omit<Status, 'role'>;

export function useSyncStatus(): SyncStatus {
  return useSource(useProvidedRoom(), syncStatus);
}

const syncStatus: Source<Room, SyncStatus> = {
  listen: (room, changed) => room.document().on('status', changed),
  read(room) {
    const { state, hasUnsent, refusal } = room.document().status;
    return { state, hasUnsent, refusal };
  },
  none: { state: 'synchronizing', hasUnsent: false, refusal: undefined },
};
