import type { ReactElement } from 'react';
import { t } from '../texts/t.ts';
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
      <button type="button" aria-label={t('{what}: less', { what: label })} onClick={onLess}>
        <Icon name="less" />
      </button>
      <output aria-label={label}>{value}</output>
      <button type="button" aria-label={t('{what}: more', { what: label })} onClick={onMore}>
        <Icon name="more" />
      </button>
    </fieldset>
  );
}
