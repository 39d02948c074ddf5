import { type FormEvent, type ReactElement, useState } from 'react';
import { includesRole } from '../../../shared/rooms.ts';
import { useRoom, useSession } from '../../react/index.ts';
import { Stepper } from '../parts/stepper.tsx';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';

/** Points by team, best first; hosts give them. */
export function Scores({ attempt }: { attempt(command: Promise<unknown>): void }): ReactElement {
  const { session } = usePlace().room;
  const { role = 'viewer' } = useRoom();
  const { scores } = useSession();
  const [team, setTeam] = useState('');
  const isHost = includesRole(role, 'host');
  const teams = Object.entries(scores).sort(([, one], [, other]) => other - one);

  function begin(event: FormEvent): void {
    event.preventDefault();
    if (team.trim() === '') return;
    attempt(session.score(team.trim(), { delta: 0 }));
    setTeam('');
  }

  return (
    <section className="scores" aria-label={t('Scores')}>
      <h2>{t('Scores')}</h2>
      {teams.length === 0 && <p className="note">{t('Guess the tune: no team has a point yet.')}</p>}
      <ol>
        {teams.map(([name, points]) => (
          <li key={name}>
            {isHost ? (
              <Stepper
                label={name}
                value={String(points)}
                onLess={() => attempt(session.score(name, { delta: -1 }))}
                onMore={() => attempt(session.score(name, { delta: 1 }))}
              />
            ) : (
              <>
                <span>{name}</span> <b>{points}</b>
              </>
            )}
          </li>
        ))}
      </ol>
      {isHost && (
        <form onSubmit={begin}>
          <input
            aria-label={t('Team')}
            placeholder={t('A new team')}
            maxLength={60}
            value={team}
            onChange={(event) => setTeam(event.target.value)}
          />
          <button type="submit">{t('Add')}</button>
        </form>
      )}
    </section>
  );
}
