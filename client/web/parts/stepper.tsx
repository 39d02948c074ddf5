import type { ReactElement } from 'react';
import { Icon } from './icon.tsx';

interface StepperProps {
  label: string;
  /** As it is shown. */
  value: string;
  onLess(): void;
  onMore(): void;
}

/** Something that goes up and down. */
export function Stepper({ label, value, onLess, onMore }: StepperProps): ReactElement {
  return (
    <fieldset className="stepper">
      <legend>{label}</legend>
      <button type="button" aria-label={`${label}: less`} onClick={onLess}>
        <Icon name="less" />
      </button>
      <output aria-label={label}>{value}</output>
      <button type="button" aria-label={`${label}: more`} onClick={onMore}>
        <Icon name="more" />
      </button>
    </fieldset>
  );
}
