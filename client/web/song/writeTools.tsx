import type { PointerEvent, ReactElement } from 'react';
import { useDocument } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/t.ts';

/** Takes one's own edits back, where there is no keyboard for it. */
export function WriteTools(): ReactElement {
  const { canUndo, canRedo, undo, redo } = useDocument();
  return (
    <div className="write-tools" role="toolbar" aria-label={t('The text')}>
      <button type="button" className="quiet" disabled={!canUndo} onPointerDown={stayThere} onClick={undo}>
        <Icon name="undo" />
        <span>{t('Undo')}</span>
      </button>
      <button type="button" className="quiet" disabled={!canRedo} onPointerDown={stayThere} onClick={redo}>
        <Icon name="redo" />
        <span>{t('Redo')}</span>
      </button>
    </div>
  );
}

/** The caret stays in the text, and so does a phone's keyboard. */
function stayThere(event: PointerEvent): void {
  event.preventDefault();
}
