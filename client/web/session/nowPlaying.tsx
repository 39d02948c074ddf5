import { type CSSProperties, type ReactElement, useEffect, useMemo, useState } from 'react';
import { includesRole } from '../../../shared/rooms.ts';
import { useRoom, useSession } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { usualTempo } from '../song/chordpro/pace.ts';
import { titleIn } from '../song/chordpro/plainText.ts';
import { t } from '../texts/t.ts';
import type { Playable } from './player.ts';
import { SongView } from './songView.tsx';
import { nameOfTrack, type Track, trackOf } from './tracks.ts';
import type { Beat, Note, Tune } from './tunes.ts';
import { usePosition, useSound } from './usePlayer.ts';
import { type TrackSong, useTrackSong } from './useTrackSong.ts';

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
  const { status, track_id, duration_ms = 0 } = playback;
  const track = useMemo(() => trackOf(track_id), [track_id]);
  const { song, missing } = useTrackSong(track);
  /** Whether beats are wanted; undefined: where there is nothing else to hear. */
  const [hasBeats, setBeats] = useState<boolean>();
  const isBeating = hasBeats ?? track?.kind === 'song';
  const playable = usePlayable(track, song, isBeating);
  const { isOn, isRefused, turn } = useSound(playable, track?.kind === 'link' ? track.address : undefined);
  const isHost = includesRole(role, 'host');
  const isPlaying = status === 'playing';
  return (
    <section className="player" aria-label={t('Player')}>
      <h1>{titleOf(track, song) ?? (track_id === null ? t('Nothing plays') : nameOfTrack(track_id))}</h1>
      <p className="note">{words(status, track_id, isHost, queue.length)}</p>
      {track?.kind === 'tune' && <Melody tune={track.tune} position={position} />}
      {missing !== undefined && (
        <p className="note" role="status">
          {missing}
        </p>
      )}
      {song && <SongView {...song} played={duration_ms ? position / duration_ms : 0} />}
      {track?.kind === 'link' && (
        <a className="button" href={track.address} target="_blank" rel="noreferrer">
          {t('Open the link')}
        </a>
      )}
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
            attempt(session.seek(Number(target.value)).finally(() => setWanted(undefined)));
          }}
        />
        <span>{minutes(duration_ms)}</span>
      </div>
      {isRefused && (
        <p className="note" role="alert">
          {t('This browser has no sound for the page.')}
        </p>
      )}
      <div className="controls">
        <button type="button" aria-pressed={isOn} onClick={() => turn(!isOn)}>
          <Icon name={isOn ? 'sound' : 'silence'} /> {isOn ? t('Sound is on') : t('Turn the sound on')}
        </button>
        {track && track.kind !== 'link' && (
          <button type="button" aria-pressed={isBeating} onClick={() => setBeats(!isBeating)}>
            <Icon name="metronome" /> {t('Metronome')}
          </button>
        )}
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

/** What is to be heard here of a track. */
function usePlayable(track: Track | undefined, song: TrackSong | undefined, isBeating: boolean): Playable {
  const { tempo = usualTempo, beats: perBar = 4 } = song?.excerpt.song.pace ?? {};
  const hasSong = song !== undefined;
  return useMemo(() => {
    const notes: readonly Note[] = track?.kind === 'tune' ? track.tune.notes : silence;
    const own: Beat | undefined =
      track?.kind === 'tune' ? track.tune.beat : hasSong ? { length: 60_000 / tempo, perBar, before: 0 } : undefined;
    return { notes, beat: isBeating ? own : undefined };
  }, [track, hasSong, tempo, perBar, isBeating]);
}

const silence: readonly Note[] = [];

function titleOf(track: Track | undefined, song: TrackSong | undefined): string | undefined {
  if (track?.kind === 'tune') return track.tune.title;
  return song && titleIn(song.excerpt.song);
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
