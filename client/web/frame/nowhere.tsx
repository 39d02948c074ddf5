import type { ReactElement } from 'react';
import { Icon } from '../parts/icon.tsx';
import { readable } from '../readable.ts';
import { basePath } from '../server.ts';
import { t } from '../texts/t.ts';
import { newId, visited } from '../visit/visited.ts';

/** How many songs are offered that were open last. */
const offered = 5;

/** Where an address leads to nothing. `meant` is the path that it may be a slip for. */
export function Nowhere({ meant }: { meant: string | undefined }): ReactElement {
  return (
    <main className="plain">
      <img src={`${basePath}/icon.svg`} alt="Tutti" width="44" height="44" />
      <h1>{t('There is nothing here')}</h1>
      <p>{t('No song and no session has this address. It may have been cut short, or have a slip in it.')}</p>
      <div className="choices">
        {meant !== undefined && (
          <a className="button primary" href={basePath + meant}>
            <Icon name="note" /> {t('Open {address}', { address: readable(basePath + meant) })}
          </a>
        )}
        <a className="button" href={`${basePath}/song/${newId()}`}>
          <Icon name="more" /> {t('New song')}
        </a>
      </div>
      <ul className="songs">
        {visited
          .all()
          .slice(0, offered)
          .map(({ path, title }) => (
            <li key={path}>
              <a href={path}>
                <Icon name={path.startsWith(`${basePath}/session/`) ? 'play' : 'note'} />
                <span>{title}</span>
              </a>
            </li>
          ))}
      </ul>
    </main>
  );
}
