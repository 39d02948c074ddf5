import { type ReactElement, useState } from 'react';
import type { Participant } from '../../../shared/events.ts';
import { useParticipants, useTyping } from '../../react/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useColors, usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { Profile } from './profile.tsx';

/** More than so many faces are one button, which shows them all. */
const shown = 5;

interface PeopleProps {
  /** Whose cursor this window follows. */
  following?: string | undefined;
  /** Where there are cursors to follow. */
  onFollow?(user_id: string | undefined): void;
}

/** Who is here: a click on someone follows, where there is something to follow; a click on oneself changes name and colour. */
export function People({ following, onFollow }: PeopleProps): ReactElement {
  const { client } = usePlace();
  const participants = useParticipants();
  const typing = useTyping();
  const colorOf = useColors();
  const [open, setOpen] = useState<'profile' | 'everybody'>();
  const own = client.greeting?.user.user_id;
  // Oneself first, then as they came.
  const people = participants.toSorted((one, other) => Number(other.user_id === own) - Number(one.user_id === own));
  const close = () => setOpen(undefined);

  function faceOf(person: Participant): ReactElement {
    const { user_id } = person;
    const isOwn = user_id === own;
    const isFollowed = user_id === following;
    return (
      <Face
        person={person}
        color={colorOf(user_id)}
        isOwn={isOwn}
        isTyping={typing.includes(person)}
        isFollowed={isFollowed}
        onClick={
          isOwn
            ? () => setOpen('profile')
            : onFollow &&
              (() => {
                close();
                onFollow(isFollowed ? undefined : user_id);
              })
        }
      />
    );
  }

  return (
    <>
      <ul className="people" aria-label={t('Who is here')}>
        {people.slice(0, shown).map((person) => (
          <li key={person.user_id}>{faceOf(person)}</li>
        ))}
        <li
          className="others"
          data-hidden={people.length > shown ? 'some' : people.length > 2 ? 'on phones' : undefined}
        >
          <button
            type="button"
            className="quiet"
            aria-label={t('All {count} people', { count: people.length })}
            onClick={() => setOpen('everybody')}
          >
            {people.length}
          </button>
        </li>
      </ul>
      {open === 'profile' && <Profile onClose={close} />}
      {open === 'everybody' && (
        <Dialog title={t('Who is here')} onClose={close}>
          <ul className="everybody">
            {people.map((person) => (
              <li key={person.user_id}>
                {faceOf(person)}
                <span>{person.name}</span>
                <small>{person.user_id === own ? t('You') : person.guest ? t('Guest') : ''}</small>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

interface FaceProps {
  person: Participant;
  color: string;
  isOwn: boolean;
  isTyping: boolean;
  isFollowed: boolean;
  /** undefined: a face does nothing. */
  onClick: (() => void) | undefined;
}

function Face({ person: { name, guest }, color, isOwn, isTyping, isFollowed, onClick }: FaceProps): ReactElement {
  const looks = {
    className: `face ${isTyping ? 'typing' : ''}`,
    style: { background: color },
    'data-initials': initialsOf(name),
  };
  if (!onClick) {
    const label = guest ? t('{name}, a guest', { name }) : name;
    return <span {...looks} role="img" aria-label={label} title={label} />;
  }
  const label = isOwn
    ? t('{name}, you: change name and colour', { name })
    : isFollowed
      ? t('Stop following {name}', { name })
      : guest
        ? t('Follow {name}, a guest', { name })
        : t('Follow {name}', { name });
  return (
    <button
      type="button"
      {...looks}
      aria-label={label}
      title={label}
      {...(!isOwn && { 'aria-pressed': isFollowed })}
      onClick={onClick}
    />
  );
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
