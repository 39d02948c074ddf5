import { Refusal } from '../../../shared/refusals.ts';
import { api } from './api.ts';
import { device, thisWindow } from './kept.ts';
import { pageOf } from './keptPages.ts';
import { visited } from './visited.ts';
import type { Visitor } from './visitor.ts';

/** Where a token of the application's is kept, which came by a link such as `…/song/42#token=…`. */
const place = 'tutti token';
/** Where one is until it has let the visitor in: a link that was cut short does not take the place of one that is whole. */
const broughtPlace = 'tutti token brought';

/** Why there was no token the last time. */
let refusal: Refusal | undefined;
/** Whether the link that was opened let nobody in, and what was kept from before did. */
let isLinkBroken = false;

/**
 * What the address brought. An invitation stays in it, to be passed on and to be there again after a reload; any other
 * token is its bearer's alone, and is taken out of it.
 */
export function takeToken(): void {
  const token = tokenInAddress();
  if (token === undefined || isInvitation(token)) return;
  thisWindow.set(broughtPlace, token);
  history.replaceState(null, '', location.pathname);
}

/** A token for this page's room: the application's, or one that the server gives its guest. Throws why there is none. */
export async function fetchToken(visitor: Visitor): Promise<string> {
  try {
    const token = await fetchTokenFor(visitor, tokenInAddress());
    refusal = undefined;
    return token;
  } catch (error) {
    refusal = error instanceof Refusal ? error : undefined;
    if (refusal?.error_code === 'unauthorized' && turnBack()) return fetchToken(visitor);
    throw error;
  }
}

/** Why the server gives the visitor no token. */
export function tokenRefusal(): Refusal | undefined {
  return refusal;
}

/** The server has let the visitor in: what the link brought is kept. */
export function letInByToken(): void {
  const brought = broughtToken();
  if (brought === undefined || tokenInAddress() !== undefined) return;
  device.set(place, brought);
  thisWindow.remove(broughtPlace);
}

/**
 * The link that was opened lets nobody in: goes back to what did before, for this page or for all. Returns whether there is
 * something of the kind.
 */
export function turnBack(): boolean {
  const isByInvitation = tokenInAddress() !== undefined;
  if (!isByInvitation && broughtToken() === undefined) return false;
  const page = location.pathname;
  const refused = isByInvitation ? page + location.hash : undefined;
  const earlier = visited.all().find(({ path }) => pageOf(path) === page && path !== refused)?.path;
  if (earlier === undefined && keptToken() === undefined) return false;
  thisWindow.remove(broughtPlace);
  history.replaceState(null, '', earlier ?? page);
  isLinkBroken = true;
  return true;
}

/** Whether the link that was opened let nobody in, so that the visitor is here as before. */
export function cameByOther(): boolean {
  return isLinkBroken;
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
  thisWindow.remove(broughtPlace);
  device.remove(place);
}

/** The same for what is beside this page's room: by an invitation of its own, or by none. */
export async function fetchTokenFor({ key, name }: Visitor, invitation: string | undefined): Promise<string> {
  const own = ownToken();
  if (invitation === undefined && own !== undefined) return own;
  const { token } = await api<{ token: string }>('POST', '/api/v1/guests', invitation, { key, name });
  return token;
}

function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('token') || undefined;
}

function ownToken(): string | undefined {
  return broughtToken() ?? keptToken();
}

function broughtToken(): string | undefined {
  return thisWindow.get(broughtPlace);
}

function keptToken(): string | undefined {
  return device.get(place);
}

/** Whether it is what a guest gets tokens with. What it says, the server checks. */
function isInvitation(token: string): boolean {
  return token.startsWith('invitation.');
}
