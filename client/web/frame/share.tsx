import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { includesRole, type Role } from '../../../shared/rooms.ts';
import { useRoom } from '../../react/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { isGuest } from '../visit/access.ts';
import {
  fetchInvitations,
  type Invitation,
  linkAmong,
  makeInvitation,
  revokeInvitation,
} from '../visit/invitations.ts';
import { Removing } from './removing.tsx';

const labels: Record<Role, string> = { host: 'Host', editor: 'Write', viewer: 'Only read' };
const offeredRoles: Role[] = ['editor', 'viewer'];
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** Links that let others in: each carries what they may do, and can be revoked. */
export function Share({ onClose }: { onClose(): void }): ReactElement {
  return (
    <Dialog title="Share" onClose={onClose}>
      {isGuest() ? <p>You are a guest here, and guests invite nobody. Ask who sent you the link.</p> : <Links />}
    </Dialog>
  );
}

function Links(): ReactElement {
  const { room, visitor } = usePlace();
  const own = useRoom().role ?? 'viewer';
  const offered = offeredRoles.filter((role) => includesRole(own, role));
  const [role, setRole] = useState<Role>(offered[0] ?? 'viewer');
  const [invitations, setInvitations] = useState<Invitation[]>();
  const [trouble, setTrouble] = useState<string>();
  /** There is no link but the page's own address. */
  const [isPlain, setPlain] = useState(false);
  const { room_id } = room;

  const look = useCallback(
    () => fetchInvitations(room_id, visitor).then(setInvitations, (error: Error) => setTrouble(error.message)),
    [room_id, visitor],
  );
  useEffect(() => void look(), [look]);

  async function make(): Promise<void> {
    try {
      await makeInvitation(room_id, role, visitor);
      await look();
    } catch (error) {
      setPlain(true);
      setTrouble(`Who opens this address needs a token of their own: ${(error as Error).message}.`);
    }
  }

  async function revoke({ id }: Invitation): Promise<void> {
    await revokeInvitation(room_id, id, visitor).catch((error: Error) => setTrouble(error.message));
    await look();
  }

  const live = invitations ?? [];
  const link = linkAmong(live, room_id, role) ?? (isPlain ? location.origin + location.pathname : undefined);
  return (
    <>
      <fieldset className="roles">
        <legend>Whoever opens the link may</legend>
        {offered.map((each) => (
          <label key={each}>
            <input type="radio" name="role" checked={each === role} onChange={() => setRole(each)} />
            {labels[each]}
          </label>
        ))}
      </fieldset>
      {link === undefined ? (
        <button type="button" className="primary" disabled={!invitations} onClick={make}>
          <Icon name="share" /> Make a link
        </button>
      ) : (
        <Link key={link} link={link} />
      )}
      <p className="note" role="status">
        {trouble ?? 'A link is good for 30 days, and is shown only on the device where it was made.'}
      </p>
      {live.length > 0 && (
        <ul className="invitations" aria-label="Links">
          {live.map((invitation) => (
            <Live key={invitation.id} invitation={invitation} onRevoke={() => void revoke(invitation)} />
          ))}
        </ul>
      )}
      {own === 'host' && <Removing />}
    </>
  );
}

function Link({ link }: { link: string }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  async function copy(): Promise<void> {
    field.current?.select();
    // Pages that did not come over TLS have no clipboard but the old one.
    const isDone = await (navigator.clipboard?.writeText(link).then(() => true) ?? document.execCommand('copy'));
    setCopied(isDone);
  }

  return (
    <div className="link">
      <input ref={field} aria-label="Link" readOnly value={link} onFocus={({ target }) => target.select()} />
      <button type="button" className="primary" onClick={copy}>
        <Icon name={isCopied ? 'check' : 'copy'} /> <span aria-live="polite">{isCopied ? 'Copied' : 'Copy'}</span>
      </button>
    </div>
  );
}

/** An invitation that lets somebody in, and the way to end that. */
function Live({ invitation, onRevoke }: { invitation: Invitation; onRevoke(): void }): ReactElement {
  const { role, by, expires_at, max_guests, guest_count } = invitation;
  const [isGoing, setGoing] = useState(false);
  return (
    <li>
      <span>
        <strong>{labels[role]}</strong> by {by.name}
        <small>
          {guest_count} of {max_guests} guests, until {dates.format(expires_at)}
        </small>
      </span>
      <button
        type="button"
        disabled={isGoing}
        aria-label={`Revoke “${labels[role]}” by ${by.name}`}
        onClick={() => {
          setGoing(true);
          onRevoke();
        }}
      >
        Revoke
      </button>
    </li>
  );
}
