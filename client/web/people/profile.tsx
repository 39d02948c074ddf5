import { type FormEvent, type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { useColors, usePlace } from '../place.ts';
import { bin } from '../songs/binned.ts';
import { t } from '../texts/t.ts';
import { forgetToken, isNamed } from '../visit/access.ts';
import { forgetLinks } from '../visit/invitations.ts';
import { visited } from '../visit/visited.ts';
import { keepVisitor, colors as palette } from '../visit/visitor.ts';

const colorNames = ['Berry', 'Brick', 'Amber', 'Moss', 'Pine', 'Lagoon', 'Indigo', 'Plum'] as const;

/** The visitor's name and colour. */
export function Profile({ onClose }: { onClose(): void }): ReactElement {
  const { client, visitor, colors } = usePlace();
  const current = useColors()(client.greeting?.user.user_id ?? '');
  const [name, setName] = useState(client.greeting?.user.name ?? visitor.name);
  const [color, setColor] = useState(current);

  function save(event: FormEvent): void {
    event.preventDefault();
    const isRenamed = name.trim() !== '' && name.trim() !== visitor.name;
    visitor.color = color;
    // A name is part of the token: it takes a new one, and a new connection, which tells the colour.
    if (isRenamed) client.disconnect();
    colors.choose(color);
    if (isRenamed) {
      visitor.name = name.trim();
      client.connect();
    }
    keepVisitor(visitor);
    onClose();
  }

  return (
    <Dialog title={t('You')} onClose={onClose}>
      <form onSubmit={save}>
        <label className="field">
          {t('Name')}
          <input value={name} maxLength={60} disabled={isNamed()} onChange={({ target }) => setName(target.value)} />
        </label>
        <fieldset className="palette">
          <legend>{t('Colour')}</legend>
          {palette.map((each, at) => (
            <label key={each} style={{ background: each }}>
              <input
                type="radio"
                name="color"
                aria-label={t(colorNames[at] ?? 'Plum')}
                checked={each === color}
                onChange={() => setColor(each)}
              />
            </label>
          ))}
        </fieldset>
        <div className="actions">
          {isNamed() && <SignOut />}
          <button type="submit" className="primary">
            {t('Save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Deletes what this device keeps of the visitor; asks again where that has not all arrived. */
function SignOut(): ReactElement {
  const { client } = usePlace();
  const [isUnsent, setUnsent] = useState(false);

  async function signOut(): Promise<void> {
    try {
      await client.forget(isUnsent);
    } catch {
      setUnsent(true);
      return;
    }
    client.disconnect();
    visited.clear();
    bin.clear();
    forgetLinks();
    forgetToken();
    location.reload();
  }

  return (
    <>
      {isUnsent && <span role="alert">{t('Not all that you wrote is saved.')}</span>}
      <button type="button" onClick={signOut}>
        {isUnsent ? t('Sign out and lose it') : t('Sign out')}
      </button>
    </>
  );
}
