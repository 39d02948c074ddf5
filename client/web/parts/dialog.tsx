import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { t } from '../texts/t.ts';
import { Icon } from './icon.tsx';

interface DialogProps {
  title: string;
  onClose(): void;
  children: ReactNode;
}

/** A box above the page, as long as it is rendered; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }: DialogProps): ReactElement {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!box.current?.open) box.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape
    <dialog
      ref={box}
      aria-label={title}
      onClose={onClose}
      onClick={({ target }) => {
        if (target === box.current) box.current?.close();
      }}
    >
      <div className="dialog">
        <header>
          <h2>{title}</h2>
          <button type="button" className="round" aria-label={t('Close')} onClick={() => box.current?.close()}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
