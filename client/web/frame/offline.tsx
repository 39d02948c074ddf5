import { type ReactElement, useEffect, useState } from 'react';
import { useConnectionIndicator, useRoom } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { forgetToken, isGuest, isNamed, tokenRefusal } from '../visit/access.ts';
import { isAway } from '../visit/entering.ts';

/** Shown while there is no connection, but not when a page has only just begun to make one. */
export function OfflineBanner(): ReactElement | null {
  const { client } = usePlace();
  const connection = useConnectionIndicator();
  const { kept } = useRoom();
  const isOutdated = useOutdated();
  if (!isAway(connection)) return null;
  if (isOutdated) return <OutdatedBanner />;
  const { refusal, retryIn, retryNow } = connection;
  const wasIn = client.greeting !== undefined;
  const isRefused = isNamed() && refusal?.error_code === 'unauthorized';
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{wasIn ? t('You are offline.') : t('You are not in yet.')}</strong>{' '}
        {!wasIn || isRefused
          ? whyNotIn(refusal?.error_code === 'unauthorized')
          : kept
            ? t('Go on writing: it is kept here, and sent when you are back.')
            : t('Go on writing: it stays in this window, and is sent when you are back.')}
      </p>
      <span>{!!retryIn && t('Next try in {seconds} s', { seconds: retryIn })}</span>
      {isRefused && (
        <button
          type="button"
          onClick={() => {
            forgetToken();
            retryNow();
          }}
        >
          {t('Come in as a guest')}
        </button>
      )}
      <button type="button" onClick={retryNow}>
        {t('Try now')}
      </button>
    </div>
  );
}

/** `isUnknown`: the server does not take the token that one has. */
function whyNotIn(isUnknown: boolean): string {
  if (isUnknown)
    return t('Your link does not let you in any more: it is not whole, or its time is over. Ask for a new one.');
  switch (tokenRefusal()?.error_code) {
    case 'unauthorized':
      return isGuest()
        ? t('The link does not let you in: it is not whole, it was revoked, or its time is over. Ask for a new one.')
        : t('You need a link from somebody who is in. Ask for one.');
    case 'forbidden':
      return t('The link has let in as many people as it may. Ask for a new one.');
    case 'rate_limited':
      return t('Many people came from where you are. Wait a little.');
    default:
      return t('The server does not answer. It may be away, or your device may be offline.');
  }
}

/** Whether the server has become newer than the page. */
function useOutdated(): boolean {
  const { client } = usePlace();
  const [isOutdated, setOutdated] = useState(false);
  useEffect(() => client.on('reload', () => setOutdated(true)), [client]);
  return isOutdated;
}

function OutdatedBanner(): ReactElement {
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{t('There is a new version of this page.')}</strong> {t('What you wrote is sent when it is loaded.')}
      </p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        {t('Load it again')}
      </button>
    </div>
  );
}
