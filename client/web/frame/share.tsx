import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { includesRole, type Role } from '../../../shared/rooms.ts';
import { useConnection, useRoom } from '../../react/index.ts';
import { copy } from '../parts/copy.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { dated, type PlainText, t } from '../texts/t.ts';
import { isGuest } from '../visit/access.ts';
import {
  fetchInvitations,
  type Invitation,
  linkAmong,
  makeInvitation,
  revokeInvitation,
} from '../visit/invitations.ts';
import { Removing } from './removing.tsx';

const labels: Record<Role, PlainText> = { host: 'Host', editor: 'Write', viewer: 'Only read' };
const offeredRoles: Role[] = ['editor', 'viewer'];

/** Links that let others in: each carries what they may do, and can be revoked. */
export function Share({ onClose }: { onClose(): void }): ReactElement {
  return (
    <Dialog title={t('Share')} onClose={onClose}>
      {isGuest() ? <p>{t('You are a guest here, and guests invite nobody. Ask who sent you the link.')}</p> : <Links />}
    </Dialog>
  );
}

function Links(): ReactElement {
  const { room, visitor } = usePlace();
  const own = useRoom().role ?? 'viewer';
  const offered = offeredRoles.filter((role) => includesRole(own, role));
  const [chosen, setChosen] = useState<Role>();
  const role = chosen ?? offered[0] ?? 'viewer';
  const { status } = useConnection();
  const isConnected = status === 'connected';
  const [invitations, setInvitations] = useState<Invitation[]>();
  const [trouble, setTrouble] = useState<string>();
  /** There is no link but the page's own address. */
  const [isPlain, setPlain] = useState(false);
  const { room_id } = room;

  const look = useCallback(
    () => fetchInvitations(room_id, visitor).then(setInvitations, (error: unknown) => setTrouble(wordsFor(error))),
    [room_id, visitor],
  );
  // Where the server did not answer, it is asked again when one is connected.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(() => {
    setTrouble(undefined);
    void look();
  }, [look, isConnected]);

  async function make(): Promise<void> {
    try {
      await makeInvitation(room_id, role, visitor);
      await look();
    } catch (error) {
      setPlain(true);
      setTrouble(
        t('No link can be made. {why} Who has access of their own can open this address.', { why: wordsFor(error) }),
      );
    }
  }

  async function revoke({ id }: Invitation): Promise<void> {
    await revokeInvitation(room_id, id, visitor).catch((error: unknown) => setTrouble(wordsFor(error)));
    await look();
  }

  const live = invitations ?? [];
  const link = linkAmong(live, room_id, role) ?? (isPlain ? location.origin + location.pathname : undefined);
  return (
    <>
      <fieldset className="roles">
        <legend>{t('Whoever opens the link may')}</legend>
        {offered.map((each) => (
          <label key={each}>
            <input type="radio" name="role" checked={each === role} onChange={() => setChosen(each)} />
            {t(labels[each])}
          </label>
        ))}
      </fieldset>
      {link === undefined ? (
        <button type="button" className="primary" disabled={!invitations} onClick={make}>
          <Icon name="share" /> {t('Make a link')}
        </button>
      ) : (
        <Link key={link} link={link} />
      )}
      <p className="note" role="status">
        {trouble ?? t('A link is good for 30 days, and is shown only on the device where it was made.')}
      </p>
      {live.length > 0 && (
        <ul className="invitations" aria-label={t('Links')}>
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
  const [state, setState] = useState<'copied' | 'refused'>();
  const field = useRef<HTMLInputElement>(null);

  return (
    <div className="link">
      <input ref={field} aria-label={t('Link')} readOnly value={link} onFocus={({ target }) => target.select()} />
      <button
        type="button"
        className="primary"
        onClick={async () => setState((await copy(link, field.current)) ? 'copied' : 'refused')}
      >
        <Icon name={state === 'copied' ? 'check' : 'copy'} />
        <span aria-live="polite">{state === 'copied' ? t('Copied') : t('Copy')}</span>
      </button>
      {state === 'refused' && (
        <p className="note" role="alert">
          {t('This browser does not let the page copy. The link is selected: copy it yourself.')}
        </p>
      )}
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
        <strong>{t(labels[role])}</strong> {t('by {name}', { name: by.name })}
        <small>
          {t('{count} of {most} guests, until {date}', {
            count: guest_count,
            most: max_guests,
            date: dated(expires_at, { dateStyle: 'medium' }),
          })}
        </small>
      </span>
      <button
        type="button"
        disabled={isGoing}
        aria-label={t('Revoke “{role}” by {name}', { role: t(labels[role]), name: by.name })}
        onClick={() => {
          setGoing(true);
          onRevoke();
        }}
      >
        {t('Revoke')}
      </button>
    </li>
  );
}
