import { type ReactElement, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useDocument, useRoom } from '../../react/index.ts';
import { Frame } from '../frame/frame.tsx';
import { Saved } from '../frame/saved.tsx';
import { Icon } from '../parts/icon.tsx';
import { People } from '../people/people.tsx';
import { usePeopleNames, usePlace } from '../place.ts';
import { Stage } from '../stage/stage.tsx';
import { fillScreen } from '../stage/useFullScreen.ts';
import { t } from '../texts/t.ts';
import { useArrived, useSettled } from '../visit/entering.ts';
import { useTitle } from '../visit/useTitle.ts';
import { parseSong } from './chordpro/parser.ts';
import { titleIn } from './chordpro/plainText.ts';
import type { EditorHandle } from './editor.tsx';
import { excerptOf } from './excerpt.ts';
import { Files } from './files.tsx';
import { changesForEveryone } from './forEveryone.ts';
import { LateEditor } from './lateEditor.tsx';
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

  const [editor, setEditor] = useState<EditorHandle>();
  const [line, setLine] = useState<number>();
  const readers = useReaders(source, line);
  const nameOf = usePeopleNames();
  // Who may not write comes to read, and so does who has a small screen; where there is nothing yet, to write.
  const [shown, setShown] = useState<'write' | 'sheet'>('sheet');
  const isReader = role === 'viewer';
  const [hasArrived, isSettled] = [useArrived(), useSettled()];
  const isJoined = status === 'joined';
  useEffect(() => {
    if (isJoined && !isReader && room.text.text === '') setShown('write');
  }, [isJoined, isReader, room]);
  const { user_id: following, hasCursor, follow } = useFollowing(editor, source, shown);
  const [isFiling, setFiling] = useState(false);
  const [isOnStage, setOnStage] = useState(false);

  /** The line of the sheet that was clicked: the editor goes there, when there is one. */
  const [wanted, setWanted] = useState<number>();
  useEffect(() => {
    if (!editor || wanted === undefined) return;
    editor.goTo(wanted);
    setWanted(undefined);
  }, [editor, wanted]);

  function playForEveryone(): void {
    room.text.boundary();
    edit(changesForEveryone(room.text.text, parseSong(room.text.text), setting));
    room.text.boundary();
    setSetting({ ...setting, transpose: 0, capo: undefined });
  }

  return (
    <Frame
      title={title}
      shown={shown}
      isReader={isReader}
      isSettled={isSettled}
      people={<People following={following} onFollow={follow} />}
      tools={
        <button type="button" className="quiet" aria-label={t('Import and export')} onClick={() => setFiling(true)}>
          <Icon name="export" />
        </button>
      }
      notice={
        following !== undefined && (
          <div className="notice" role="status">
            {hasCursor
              ? t('Following {name}', { name: nameOf(following) })
              : t('Following {name}, who has no cursor yet', { name: nameOf(following) })}
            <button type="button" className="quiet" onClick={() => follow(undefined)}>
              {t('Stop')}
            </button>
          </div>
        )
      }
      tabs={
        <nav className="tabs" aria-label={t('Views')}>
          <button type="button" aria-pressed={shown === 'write'} onClick={() => setShown('write')}>
            <Icon name="pen" /> {isReader ? t('Source') : t('Write')}
          </button>
          <button type="button" aria-pressed={shown === 'sheet'} onClick={() => setShown('sheet')}>
            <Icon name="note" /> {t('Read')}
          </button>
        </nav>
      }
      status={<Saved />}
    >
      <section className="write" aria-label={isReader ? t('Source') : t('Write')}>
        {!isReader && <WriteTools />}
        <LateEditor onEditor={setEditor} onLine={setLine} onTouched={() => follow(undefined)} />
      </section>
      <section className="read" aria-label={t('Read')}>
        <SheetTools
          song={song}
          setting={setting}
          onSetting={setSetting}
          onStage={() => void fillScreen().finally(() => setOnStage(true))}
          onForEveryone={!hasArrived || isReader || song.next ? undefined : playForEveryone}
          {...(isReader && {
            hasSource: shown === 'write',
            onSource: (wanted: boolean) => setShown(wanted ? 'write' : 'sheet'),
          })}
        />
        <Paper source={source} size={setting.size}>
          <Sheet song={song} isWhole={isWhole} setting={setting} readers={readers} onLine={setWanted} />
        </Paper>
      </section>
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
      {isFiling && <Files setting={setting} onClose={() => setFiling(false)} />}
    </Frame>
  );
}
