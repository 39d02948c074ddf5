import { type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { basePath } from '../server.ts';
import { dated, t } from '../texts/t.ts';
import { forgetVisited, newId, pageOf, visited } from '../visit/songs.ts';

/** The songs and sessions that were open on this device, and the way to new ones. */
export function Songs({ onClose }: { onClose(): void }): ReactElement {
  const [songs, setSongs] = useState(visited);
  const forget = (path: string) => {
    forgetVisited(path);
    setSongs(visited());
  };
  return (
    <Dialog title={t('Songs')} onClose={onClose}>
      <div className="choices">
        <a className="button primary" href={`${basePath}/song/${newId()}`}>
          <Icon name="more" /> {t('New song')}
        </a>
        <a className="button" href={`${basePath}/session/${newId()}`}>
          <Icon name="play" /> {t('New session')}
        </a>
      </div>
      <ul className="songs">
        {songs.map(({ path, title, at }) => (
          <li key={path}>
            <a href={path} {...(pageOf(path) === location.pathname && { 'aria-current': 'page' })}>
              <Icon name={path.startsWith(`${basePath}/session/`) ? 'play' : 'note'} />
              <span>{title}</span>
              <time dateTime={new Date(at).toISOString()}>
                {dated(at, { dateStyle: 'medium', timeStyle: 'short' })}
              </time>
            </a>
            <button
              type="button"
              className="round"
              aria-label={t('Forget {title}', { title })}
              onClick={() => forget(path)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
