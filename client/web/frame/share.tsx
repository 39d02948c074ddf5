import { type ReactElement, useEffect, useRef, useState } from 'react';
import { includesRole, type Role } from '../../../shared/rooms.ts';
import { useRoom } from '../../react/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { linkTo } from '../visit/access.ts';

const choices: { role: Role; label: string }[] = [
  { role: 'editor', label: 'Write' },
  { role: 'viewer', label: 'Only read' },
];

/** Links that let others in: each carries what they may do. */
export function Share({ onClose }: { onClose(): void }): ReactElement {
  const { room, visitor } = usePlace();
  const own = useRoom().role ?? 'viewer';
  const offered = choices.filter(({ role }) => includesRole(own, role));
  const [role, setRole] = useState<Role>(offered[0]?.role ?? 'viewer');
  const [link, setLink] = useState('');
  const [trouble, setTrouble] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let isCurrent = true;
    setCopied(false);
    linkTo(room.room_id, role, visitor).then(
      (made) => {
        if (isCurrent) setLink(made);
      },
      (error: Error) => {
        setTrouble(error.message);
        setLink(location.origin + location.pathname);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [room, role, visitor]);

  async function copy(): Promise<void> {
    field.current?.select();
    // Pages that did not come over TLS have no clipboard but the old one.
    const isDone = await (navigator.clipboard?.writeText(link).then(() => true) ?? document.execCommand('copy'));
    setCopied(isDone);
  }

  return (
    <Dialog title="Share" onClose={onClose}>
      <fieldset className="roles">
        <legend>Whoever opens the link may</legend>
        {offered.map(({ role: each, label }) => (
          <label key={each}>
            <input type="radio" name="role" checked={each === role} onChange={() => setRole(each)} />
            {label}
          </label>
        ))}
      </fieldset>
      <div className="link">
        <input ref={field} aria-label="Link" readOnly value={link} onFocus={({ target }) => target.select()} />
        <button type="button" className="primary" disabled={link === ''} onClick={copy}>
          <Icon name={isCopied ? 'check' : 'copy'} /> <span aria-live="polite">{isCopied ? 'Copied' : 'Copy'}</span>
        </button>
      </div>
      <p className="note" role="status">
        {trouble === undefined
          ? 'The link is good for 30 days.'
          : `Who opens this address needs a token of their own: ${trouble}.`}
      </p>
    </Dialog>
  );
}
