import type { ReactElement } from 'react';
import { Icon, type IconName } from './icon.tsx';

interface RoundButtonProps {
  icon: IconName;
  /** What it is called where nobody sees it. */
  label: string;
  disabled?: boolean;
  onClick(): void;
}

/** A button that is its icon. */
export function RoundButton({ icon, label, disabled = false, onClick }: RoundButtonProps): ReactElement {
  return (
    <button type="button" className="round" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
