import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from '../parts/icon.tsx';
import { basePath } from '../server.ts';
import { dated } from '../texts/t.ts';
import { pageOf } from '../visit/keptPages.ts';

interface SongListProps<Item> {
  items: readonly Item[];
  label: string;
  /** What can be done with one. */
  actions(item: Item): ReactNode;
}

/** Songs, sessions and set lists, each with the way to it. */
export function SongList<Item extends { path: string; title: string; at: number }>(
  props: SongListProps<Item>,
): ReactElement {
  const { items, label, actions } = props;
  return (
    <ul className="songs" aria-label={label}>
      {items.map((item) => (
        <li key={item.path}>
          <a href={item.path} {...(pageOf(item.path) === location.pathname && { 'aria-current': 'page' })}>
            <Icon name={iconOf(item.path)} />
            <span>{item.title}</span>
            <time dateTime={new Date(item.at).toISOString()}>
              {dated(item.at, { dateStyle: 'medium', timeStyle: 'short' })}
            </time>
          </a>
          {actions(item)}
        </li>
      ))}
    </ul>
  );
}

function iconOf(path: string): IconName {
  if (path.startsWith(`${basePath}/session/`)) return 'play';
  return path.startsWith(`${basePath}/setlist/`) ? 'list' : 'note';
}
