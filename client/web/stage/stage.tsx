import { type MouseEvent, type ReactElement, useCallback, useEffect, useRef } from 'react';
import { useRoom } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { usePeopleNames } from '../place.ts';
import { secondsOf } from '../song/chordpro/pace.ts';
import type { Excerpt } from '../song/excerpt.ts';
import { Paper } from '../song/paper.tsx';
import type { Setting } from '../song/playing.ts';
import { Sheet } from '../song/sheet.tsx';
import { t } from '../texts/t.ts';
import { turn, turnOf } from './pages.ts';
import { useFullScreen } from './useFullScreen.ts';
import { useLeading } from './useLeading.ts';
import { useScrolling } from './useScrolling.ts';
import { useWakeLock } from './useWakeLock.ts';

/** A song's place in a set list, and how to go to another. */
export interface StageList {
  song: string;
  /** Such as `3 of 12`. */
  place: string;
  onSong(song: string): void;
  /** undefined where there is none. */
  next: string | undefined;
  previous: string | undefined;
}

interface StageProps {
  title: string;
  source: string;
  excerpt: Excerpt;
  setting: Setting;
  onSetting(setting: Setting): void;
  list?: StageList;
  onClose(): void;
}

/** The sheet alone, to be played from: keys, pedals and taps turn it, it scrolls by itself, and follows who leads. */
export function Stage({ title, source, excerpt, setting, onSetting, list, onClose }: StageProps): ReactElement {
  const { song, isWhole } = excerpt;
  const { size, speed } = setting;
  const { role = 'viewer' } = useRoom();
  const nameOf = usePeopleNames();
  const dialog = useRef<HTMLDialogElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isScrolling, scroll] = useScrolling(box, (secondsOf(song) * 100) / speed, list?.song);
  const { isLeading, leader, isFollowing, lead, follow } = useLeading(box, list);
  useWakeLock();
  const close = useCallback(() => dialog.current?.close(), []);
  useFullScreen(close);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    box.current?.focus();
  }, []);

  const go = useCallback(
    (by: 1 | -1) => {
      follow(false);
      if (box.current && turn(box.current, by)) return;
      const other = by > 0 ? list?.next : list?.previous;
      if (other !== undefined) list?.onSong(other);
    },
    [list, follow],
  );
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const by = event.altKey || event.ctrlKey || event.metaKey ? undefined : turnOf(event);
      // A button has its own keys.
      const isButton = (event.target as Element).closest?.('button') && [' ', 'Enter'].includes(event.key);
      if (by === undefined || isButton) return;
      event.preventDefault();
      go(by);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [go]);

  /** The upper part turns back. */
  function tapped({ target, clientY }: MouseEvent): void {
    const paper = box.current;
    if (!paper || (target as Element).closest('a, summary') || getSelection()?.isCollapsed === false) return;
    const { top, height } = paper.getBoundingClientRect();
    go(clientY - top < height * 0.3 ? -1 : 1);
  }

  /** A pedal's keys are for the sheet again, whatever was clicked. */
  function clicked({ detail }: MouseEvent): void {
    if (detail > 0) box.current?.focus({ preventScroll: true });
  }

  const bySize = (percent: number) => onSetting({ ...setting, size: Math.min(300, Math.max(70, size + percent)) });
  const bySpeed = (percent: number) => onSetting({ ...setting, speed: Math.min(300, Math.max(20, speed + percent)) });
  return (
    <dialog ref={dialog} className="on-stage" aria-label={t('On stage: {title}', { title })} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for who has no pedal and no keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys turn the sheet wherever one is */}
      <div className="staged" onClick={tapped}>
        <Paper key={list?.song} source={source} size={size} box={box}>
          <Sheet song={song} isWhole={isWhole} setting={setting} readers={nobody} onLine={nothing} />
        </Paper>
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only a click takes the focus away */}
      <div className="stage-bar" role="toolbar" aria-label={t('Stage')} onClick={clicked}>
        <button type="button" className="round" aria-label={t('Leave the stage')} onClick={close}>
          <Icon name="close" />
        </button>
        {list && (
          <>
            <Turner label={t('Song before')} icon="up" to={list.previous} onSong={list.onSong} />
            <span className="place">{list.place}</span>
            <Turner label={t('Next song')} icon="down" to={list.next} onSong={list.onSong} />
          </>
        )}
        <button
          type="button"
          className="quiet"
          aria-label={t('Scroll by itself')}
          aria-pressed={isScrolling}
          onClick={() => scroll(!isScrolling)}
        >
          <Icon name={isScrolling ? 'pause' : 'play'} />
          <span>{t('Scroll')}</span>
        </button>
        <Stepper label={t('Speed')} value={`${speed}%`} onLess={() => bySpeed(-10)} onMore={() => bySpeed(10)} />
        <Stepper label={t('Size')} value={`${size}%`} onLess={() => bySize(-10)} onMore={() => bySize(10)} />
        {leader !== undefined && !isLeading ? (
          <button type="button" className="quiet" aria-pressed={isFollowing} onClick={() => follow(!isFollowing)}>
            <Icon name="follow" />
            <b>{t('Follow {name}', { name: nameOf(leader) })}</b>
          </button>
        ) : (
          role !== 'viewer' && (
            <button type="button" className="quiet" aria-pressed={isLeading} onClick={() => lead(!isLeading)}>
              <Icon name="follow" />
              <b>{t('Lead')}</b>
            </button>
          )
        )}
      </div>
    </dialog>
  );
}

interface TurnerProps {
  label: string;
  icon: 'up' | 'down';
  to: string | undefined;
  onSong(song: string): void;
}

function Turner({ label, icon, to, onSong }: TurnerProps): ReactElement {
  return (
    <button
      type="button"
      className="round"
      aria-label={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && onSong(to)}
    >
      <Icon name={icon} />
    </button>
  );
}

const nobody = new Map<number, never[]>();

function nothing(): void {}
