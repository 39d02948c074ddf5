import { Component, type ReactElement, type ReactNode } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import { useRoom, useText } from '../../react/index.ts';
import { t } from '../texts/t.ts';
import { Saved } from './saved.tsx';
import { TakeAlong } from './takeAlong.tsx';

interface BoundaryProps {
  children: ReactNode;
  /** What is shown in place of what can not be. */
  otherwise(tryAgain: () => void): ReactElement;
}

/** Where a part of the page can not be rendered, there is something else: never nothing. */
export class Boundary extends Component<BoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.otherwise(() => this.setState({ isBroken: false })) : this.props.children;
  }
}

/** In place of a room that can not be shown. A song can be written on, by what needs nothing of the page. */
export function BrokenRoom({ onTryAgain }: { onTryAgain(): void }): ReactElement {
  const { room } = useRoom();
  const isSong = room && kindOf(room.room_id) === 'song';
  return (
    <main className="plain" role="alert">
      <h1>{t('This page has made a mistake')}</h1>
      <p>
        {isSong
          ? t('It can not show the song as it should. The text is all there: write on here, or take it along.')
          : t('What you see here can not be shown as it should be. Nothing of it is lost.')}
      </p>
      {isSong && <PlainSong />}
      <div className="choices">
        <button type="button" className="primary" onClick={onTryAgain}>
          {t('Show the page again')}
        </button>
        {isSong && <TakeAlong />}
      </div>
    </main>
  );
}

function PlainSong(): ReactElement {
  return (
    <>
      <textarea {...useText()} aria-label={t('The song in ChordPro')} spellCheck={false} />
      <p className="status">
        <Saved />
      </p>
    </>
  );
}

/** In place of the whole page, where that is all that can be shown. */
export function BrokenPage(): ReactElement {
  return (
    <main className="plain" role="alert">
      <h1>{t('This page has made a mistake')}</h1>
      <p>{t('What you wrote is kept on this device, as far as it was saved there.')}</p>
      <div className="choices">
        <button type="button" className="primary" onClick={() => location.reload()}>
          {t('Load it again')}
        </button>
      </div>
    </main>
  );
}
