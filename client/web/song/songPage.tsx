import { EditorView } from '@codemirror/view';
import { type ReactElement, useDeferredValue, useMemo, useState } from 'react';
import { useDocument } from '../../react/index.ts';
import { Header } from '../frame/header.tsx';
import { Notices } from '../frame/notices.tsx';
import { Saved } from '../frame/saved.tsx';
import { StatusLine } from '../frame/status.tsx';
import { Icon } from '../parts/icon.tsx';
import { People } from '../people/people.tsx';
import { usePeopleNames } from '../place.ts';
import { ChatButton, useChat } from '../talk/useChat.tsx';
import { t } from '../texts/t.ts';
import { useTitle } from '../visit/useTitle.ts';
import { titleIn } from './chordpro/plainText.ts';
import { Editor } from './editor.tsx';
import { excerptOf } from './excerpt.ts';
import { Files } from './files.tsx';
import { Paper } from './paper.tsx';
import { plainSetting } from './playing.ts';
import { Sheet } from './sheet.tsx';
import { SheetTools } from './sheetTools.tsx';
import { useFollowing } from './useFollowing.ts';
import { useReaders } from './useReaders.ts';

/** A song: written at one side, set at the other. */
export function SongPage(): ReactElement {
  const { text } = useDocument();
  const source = useDeferredValue(text);
  const { song, isWhole } = useMemo(() => excerptOf(source), [source]);
  const title = useMemo(() => titleIn(song), [song]) ?? t('A new song');
  useTitle(title);
  const [setting, setSetting] = useState(plainSetting);

  const [view, setView] = useState<EditorView>();
  const [line, setLine] = useState<number>();
  const readers = useReaders(source, line);
  const nameOf = usePeopleNames();
  const [shown, setShown] = useState<'write' | 'sheet'>('write');
  const { user_id: following, hasCursor, follow } = useFollowing(view, shown);
  const [isFiling, setFiling] = useState(false);
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
          <Editor onView={setView} onLine={setLine} onTouched={() => follow(undefined)} />
        </section>
        <section className="read" aria-label={t('Read')}>
          <SheetTools song={song} setting={setting} onSetting={setSetting} />
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
      {isFiling && view && <Files view={view} setting={setting} onClose={() => setFiling(false)} />}
    </div>
  );
}
