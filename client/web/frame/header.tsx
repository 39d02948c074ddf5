import { type ReactElement, type ReactNode, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { basePath } from '../server.ts';
import { Songs } from '../songs/songs.tsx';
import { t } from '../texts/t.ts';
import { Share } from './share.tsx';

/** The head of every page: what is open, the way to everything else, and links for others. `children` is what a page adds. */
export function Header({ title, children }: { title: string; children: ReactNode }): ReactElement {
  const [open, setOpen] = useState<'songs' | 'share'>();
  const close = () => setOpen(undefined);
  return (
    <header className="bar">
      <button type="button" className="title" aria-haspopup="dialog" onClick={() => setOpen('songs')}>
        <img src={`${basePath}/icon.svg`} alt="Tutti:" width="28" height="28" />
        <span>{title}</span>
        <Icon name="down" />
      </button>
      {children}
      <button type="button" className="primary" aria-label={t('Share')} onClick={() => setOpen('share')}>
        <Icon name="share" />
        <span>{t('Share')}</span>
      </button>
      {open === 'songs' && <Songs onClose={close} />}
      {open === 'share' && <Share onClose={close} />}
    </header>
  );
}
