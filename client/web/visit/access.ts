import { api } from './api.ts';
import { device } from './kept.ts';
import type { Visitor } from './visitor.ts';

/** Where a token of the application's is kept, which came by a link such as `…/song/42#token=…`. */
const place = 'tutti token';

/**
 * What the address brought. An invitation stays in it, to be passed on and to be there again after a reload; any other
 * token is its bearer's alone, and is taken out of it.
 */
export function takeToken(): void {
  const token = tokenInAddress();
  if (token === undefined || isInvitation(token)) return;
  device.set(place, token);
  history.replaceState(null, '', location.pathname);
}

/** A token for this page's room: the application's, or one that the server gives its guest. Throws why there is none. */
export async function fetchToken({ key, name }: Visitor): Promise<string> {
  const invitation = tokenInAddress();
  const own = ownToken();
  if (invitation === undefined && own !== undefined) return own;
  const { token } = await api<{ token: string }>('POST', '/api/v1/guests', invitation, { key, name });
  return token;
}

/** Whether the visitor's name is the application's, and not the visitor's to choose. */
export function isNamed(): boolean {
  return tokenInAddress() === undefined && ownToken() !== undefined;
}

/** Whether the visitor came by an invitation. */
export function isGuest(): boolean {
  return tokenInAddress() !== undefined;
}

/** Calls back where another window of the browser has signed out. */
export function onSignedOut(listener: () => void): void {
  addEventListener('storage', ({ key, newValue }) => {
    if (key === place && newValue === null) listener();
  });
}

export function forgetToken(): void {
  device.remove(place);
}

function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
}

function ownToken(): string | undefined {
  return device.get(place);
}

/** Whether it is what a guest gets tokens with. What it says, the server checks. */
function isInvitation(token: string): boolean {
  return token.startsWith('invitation.');
}
