import type { ReactElement } from 'react';
import { Header } from '../frame/header.tsx';
import { OfflineBanner, StatusLine } from '../frame/status.tsx';
import { People } from '../people/people.tsx';

/** A session: a player that plays the same to everybody. */
export function SessionPage(): ReactElement {
  return (
    <div className="page">
      <Header title="Session">
        <People following={undefined} onFollow={() => {}} />
      </Header>
      <OfflineBanner />
      <StatusLine />
    </div>
  );
}
