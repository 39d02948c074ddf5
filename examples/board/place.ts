import type { CSSProperties } from 'react';
import { useParticipants, useRoom, useSelections } from 'tutti/react';

/** What the element of a field or a note takes, to show who else is there, and to tell them when one is there oneself. */
export function usePlace(place: string) {
  const { room } = useRoom();
  const people = useParticipants();
  const other = useSelections<string>().find(({ position }) => position === place);
  return {
    'data-by': people.find(({ user_id }) => user_id === other?.user_id)?.name,
    style: { '--by': colorOf(other?.user_id ?? '') } as CSSProperties,
    onFocus: () => room?.setCursor<string>(place),
    onBlur: () => room?.setCursor(null),
  };
}

/** The same for everybody who looks. */
export function colorOf(user_id: string): string {
  const hue = [...user_id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 0);
  return `hsl(${hue} 65% 42%)`;
}
