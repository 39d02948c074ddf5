import type { ReactNode } from 'react';
import { useBoard, useBoardText } from 'tutti/react';
import { usePlace } from './place.ts';
import { plans } from './plan.ts';

export function Form() {
  const { board, selected: plan } = useBoard(plans);
  const [title, wishes] = [useBoardText(plans, ['title']), useBoardText(plans, ['wishes'])];
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <Field place="title" label="What">
        <input id="title" {...title} placeholder="A summer party" />
      </Field>
      <Field place="day" label="When">
        <input
          id="day"
          type="date"
          value={plan?.day ?? ''}
          onChange={({ target }) => board?.set(['day'], target.value)}
        />
      </Field>
      <Field place="guests" label="Guests">
        <input
          id="guests"
          type="number"
          min="0"
          value={plan?.guests ?? 0}
          onChange={({ target }) => board?.set(['guests'], target.valueAsNumber || 0)}
        />
      </Field>
      <Field place="wishes" label="Wishes">
        <textarea id="wishes" {...wishes} rows={6} placeholder="Write together" />
      </Field>
    </form>
  );
}

function Field({ place, label, children }: { place: string; label: string; children: ReactNode }) {
  return (
    <p {...usePlace(place)}>
      <label htmlFor={place}>{label}</label>
      {children}
    </p>
  );
}
