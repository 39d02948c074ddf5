import { type CSSProperties, type ReactElement, useEffect, useState } from 'react';
import { includesRole } from '../../../shared/rooms.ts';
import { useRoom, useSession } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { type Tune, tuneOf } from './tunes.ts';
import { usePosition, useSound } from './usePlayer.ts';

/** The track that plays, in step with all other windows; hosts have the buttons. */
export function NowPlaying({ attempt }: { attempt(command: Promise<unknown>): void }): ReactElement {
  const { session } = usePlace().room;
  const { role = 'viewer' } = useRoom();
  const { playback, queue } = useSession();
  const position = usePosition();
  /** Where the slider was put, until the room has heard of it. */
  const [wanted, setWanted] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it has heard of it when the playback is another
  useEffect(() => setWanted(undefined), [playback]);
  const [isOn, turnSound] = useSound();
  const { status, track_id, duration_ms = 0 } = playback;
  const tune = tuneOf(track_id);
  const isHost = includesRole(role, 'host');
  const isPlaying = status === 'playing';
  return (
    <section className="player" aria-label={t('Player')}>
      <h1>{tune?.title ?? track_id ?? t('Nothing plays')}</h1>
      <p className="note">{words(status, track_id, isHost, queue.length)}</p>
      {tune && <Melody tune={tune} position={position} />}
      <div className="time">
        <span>{minutes(position)}</span>
        <input
          type="range"
          aria-label={t('Position')}
          aria-valuetext={minutes(position)}
          disabled={!isHost || track_id === null}
          min={0}
          max={duration_ms}
          step={1000}
          value={wanted ?? position}
          onChange={({ target }) => {
            setWanted(Number(target.value));
            attempt(session.seek(Number(target.value)));
          }}
        />
        <span>{minutes(duration_ms)}</span>
      </div>
      <div className="controls">
        <button type="button" aria-pressed={isOn} onClick={() => turnSound(!isOn)}>
          <Icon name={isOn ? 'sound' : 'silence'} /> {isOn ? t('Sound is on') : t('Turn the sound on')}
        </button>
        {isHost && (
          <>
            <button
              type="button"
              className="primary large"
              aria-label={isPlaying ? t('Pause') : t('Play')}
              disabled={track_id === null && queue.length === 0}
              onClick={() => attempt(isPlaying ? session.pause() : session.play())}
            >
              <Icon name={isPlaying ? 'pause' : 'play'} />
            </button>
            <button type="button" disabled={queue.length === 0} onClick={() => attempt(session.skip())}>
              <Icon name="skip" /> {t('Next')}
            </button>
          </>
        )}
      </div>
    </section>
  );
}

/** The tune as it goes up and down; what was played is filled. */
function Melody({ tune: { notes, duration }, position }: { tune: Tune; position: number }): ReactElement {
  const pitches = notes.map(({ pitch }) => pitch);
  const lowest = Math.min(...pitches);
  const range = Math.max(...pitches) - lowest + 1;
  return (
    <div className="melody" aria-hidden="true" style={{ '--played': position / duration } as CSSProperties}>
      {notes.map(({ at, length, pitch }) => (
        <i
          key={at}
          data-state={at + length < position ? 'played' : at <= position ? 'sounding' : undefined}
          style={{
            left: `${(100 * at) / duration}%`,
            width: `calc(${(100 * length) / duration}% - 2px)`,
            bottom: `${(100 * (pitch - lowest)) / range}%`,
          }}
        />
      ))}
    </div>
  );
}

function words(status: string, track_id: string | null, isHost: boolean, queued: number): string {
  if (track_id !== null)
    return { playing: t('Playing, for everybody at once'), paused: t('Paused') }[status] ?? t('Stopped');
  if (queued === 0) return t('Add a tune to begin with');
  return isHost ? t('Press play when everybody is here') : t('A host begins');
}

export function minutes(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
