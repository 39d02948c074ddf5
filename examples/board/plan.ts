import { sharedBoard, sharedText } from 'tutti/board';

export interface Note {
  x: number;
  y: number;
  color: string;
  text: string;
}

export interface Plan {
  title: string;
  day: string;
  guests: number;
  wishes: string;
  notes: Note[];
}

/** Rooms of kind `plan`, and what they begin with. Texts many write at once; of all else, what was written last counts. */
export const plans = sharedBoard<Plan>('plan', {
  title: sharedText(),
  day: '',
  guests: 0,
  wishes: sharedText(),
  notes: [],
});
