import { type ReactElement, useState } from 'react';
import type { Participant } from '../../../shared/events.ts';
import { useParticipants, useTyping } from '../../react/index.ts';
import { useColors, usePlace } from '../place.ts';
import { Profile } from './profile.tsx';

/** More than so many are counted only. */
const shown = 5;

interface PeopleProps {
  /** Whose cursor this window follows. */
  following?: string | undefined;
  /** Where there are cursors to follow. */
  onFollow?(user_id: string | undefined): void;
}

/** Who is here: a click on someone follows, a click on oneself changes name and colour. */
export function People({ following, onFollow }: PeopleProps): ReactElement {
  const { client } = usePlace();
  const participants = useParticipants();
  const typing = useTyping();
  const colorOf = useColors();
  const [isEditing, setEditing] = useState(false);
  const own = client.greeting?.user.user_id;
  // Oneself first, then as they came.
  const people = participants.toSorted((one, other) => Number(other.user_id === own) - Number(one.user_id === own));
  return (
    <>
      <ul className="people" aria-label="Who is here">
        {people.slice(0, shown).map((person) => (
          <li key={person.user_id}>
            <Face
              person={person}
              color={colorOf(person.user_id)}
              isOwn={person.user_id === own}
              isTyping={typing.includes(person)}
              isFollowed={person.user_id === following}
              onClick={() => {
                if (person.user_id === own) setEditing(true);
                else onFollow?.(person.user_id === following ? undefined : person.user_id);
              }}
            />
          </li>
        ))}
        {people.length > shown && <li className="others">+{people.length - shown}</li>}
      </ul>
      {isEditing && <Profile onClose={() => setEditing(false)} />}
    </>
  );
}

interface FaceProps {
  person: Participant;
  color: string;
  isOwn: boolean;
  isTyping: boolean;
  isFollowed: boolean;
  onClick(): void;
}

function Face({ person: { name, guest }, color, isOwn, isTyping, isFollowed, onClick }: FaceProps): ReactElement {
  const label = isOwn
    ? `${name}, you: change name and colour`
    : isFollowed
      ? `Stop following ${name}`
      : `Follow ${name}${guest ? ', a guest' : ''}`;
  return (
    <button
      type="button"
      className={`face ${isTyping ? 'typing' : ''}`}
      style={{ background: color }}
      aria-label={label}
      title={label}
      {...(!isOwn && { 'aria-pressed': isFollowed })}
      data-initials={initialsOf(name)}
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
