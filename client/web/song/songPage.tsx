import { EditorView } from '@codemirror/view';
import { type ReactElement, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useDocument, useRoom } from '../../react/index.ts';
import { Header } from '../frame/header.tsx';
import { Notices } from '../frame/notices.tsx';
import { Saved } from '../frame/saved.tsx';
import { StatusLine } from '../frame/status.tsx';
import { Icon } from '../parts/icon.tsx';
import { People } from '../people/people.tsx';
import { usePeopleNames, usePlace } from '../place.ts';
import { Stage } from '../stage/stage.tsx';
import { fillScreen } from '../stage/useFullScreen.ts';
import { ChatButton, useChat } from '../talk/useChat.tsx';
import { t } from '../texts/t.ts';
import { useTitle } from '../visit/useTitle.ts';
import { parseSong } from './chordpro/parser.ts';
import { titleIn } from './chordpro/plainText.ts';
import { Editor } from './editor.tsx';
import { excerptOf } from './excerpt.ts';
import { Files } from './files.tsx';
import { changesForEveryone } from './forEveryone.ts';
import { Paper } from './paper.tsx';
import { Sheet } from './sheet.tsx';
import { SheetTools } from './sheetTools.tsx';
import { useFollowing } from './useFollowing.ts';
import { useReaders } from './useReaders.ts';
import { useSetting } from './useSetting.ts';
import { WriteTools } from './writeTools.tsx';

/** A song: written at one side, set at the other. */
export function SongPage(): ReactElement {
  const { room } = usePlace();
  const { role, status } = useRoom();
  const { text, edit } = useDocument();
  const source = useDeferredValue(text);
  const excerpt = useMemo(() => excerptOf(source), [source]);
  const { song, isWhole } = excerpt;
  const title = useMemo(() => titleIn(song), [song]) ?? t('A new song');
  useTitle(title);
  const [setting, setSetting] = useSetting(room.room_id);

  const [view, setView] = useState<EditorView>();
  const [line, setLine] = useState<number>();
  const readers = useReaders(source, line);
  const nameOf = usePeopleNames();
  // On a small screen one comes to read; where there is nothing yet, to write.
  const [shown, setShown] = useState<'write' | 'sheet'>('sheet');
  const isReader = role === 'viewer';
  const isJoined = status === 'joined';
  useEffect(() => {
    if (isJoined && !isReader && room.text.text === '') setShown('write');
  }, [isJoined, isReader, room]);
  const { user_id: following, hasCursor, follow } = useFollowing(view, shown);
  const [isFiling, setFiling] = useState(false);
  const [isOnStage, setOnStage] = useState(false);
  const chat = useChat();

  /** Brings the cursor into a line of the source. */
  const goTo = useMemo(
    () => (at: number) => {
      if (!view || at >= view.state.doc.lines) return;
      const anchor = view.state.doc.line(at + 1).from;
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    },
    [view],
  );

  function playForEveryone(): void {
    room.text.boundary();
    edit(changesForEveryone(room.text.text, parseSong(room.text.text), setting));
    room.text.boundary();
    setSetting({ ...setting, transpose: 0, capo: undefined });
  }

  return (
    <div className="page" data-shown={shown}>
      <Header title={title}>
        <People following={following} onFollow={follow} />
        <button type="button" className="quiet" aria-label={t('Import and export')} onClick={() => setFiling(true)}>
          <Icon name="export" />
        </button>
        <ChatButton chat={chat} />
      </Header>
      <Notices />
      {following !== undefined && (
        <div className="notice" role="status">
          {hasCursor
            ? t('Following {name}', { name: nameOf(following) })
            : t('Following {name}, who has no cursor yet', { name: nameOf(following) })}
          <button type="button" className="quiet" onClick={() => follow(undefined)}>
            {t('Stop')}
          </button>
        </div>
      )}
      <main>
        <section className="write" aria-label={t('Write')}>
          {!isReader && <WriteTools />}
          <Editor onView={setView} onLine={setLine} onTouched={() => follow(undefined)} />
        </section>
        <section className="read" aria-label={t('Read')}>
          <SheetTools
            song={song}
            setting={setting}
            onSetting={setSetting}
            onStage={() => void fillScreen().finally(() => setOnStage(true))}
            onForEveryone={isReader || song.next ? undefined : playForEveryone}
          />
          <Paper source={source} size={setting.size}>
            <Sheet song={song} isWhole={isWhole} setting={setting} readers={readers} onLine={goTo} />
          </Paper>
        </section>
        {chat.panel}
      </main>
      <nav className="tabs" aria-label={t('Views')}>
        <button type="button" aria-pressed={shown === 'write'} onClick={() => setShown('write')}>
          <Icon name="pen" /> {t('Write')}
        </button>
        <button type="button" aria-pressed={shown === 'sheet'} onClick={() => setShown('sheet')}>
          <Icon name="note" /> {t('Read')}
        </button>
      </nav>
      <StatusLine>
        <Saved />
      </StatusLine>
      {isOnStage && (
        <Stage
          title={title}
          source={source}
          excerpt={excerpt}
          setting={setting}
          onSetting={setSetting}
          onClose={() => setOnStage(false)}
        />
      )}
      {isFiling && view && <Files view={view} setting={setting} onClose={() => setFiling(false)} />}
    </div>
  );
}
