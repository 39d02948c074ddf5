import type { Role, RoomId } from '../../../shared/rooms.ts';
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
  localStorage.setItem(place, token);
  history.replaceState(null, '', location.pathname);
}

/** A token for this page's room: the application's, or one that the server gives its guest. Throws why there is none. */
export async function fetchToken({ key, name }: Visitor): Promise<string> {
  const invitation = tokenInAddress();
  const own = ownToken();
  if (invitation === undefined && own !== undefined) return own;
  const { token } = await post<{ token: string }>('/api/v1/guests', { key, name }, invitation);
  return token;
}

/** Whether the visitor's name is the application's, and not the visitor's to choose. */
export function isNamed(): boolean {
  return tokenInAddress() === undefined && ownToken() !== undefined;
}

export function forgetToken(): void {
  localStorage.removeItem(place);
}

/** A link to a room that carries a role. Throws why there is none. */
export async function linkTo(room_id: RoomId, role: Role, visitor: Visitor): Promise<string> {
  const route = `/api/v1/rooms/${room_id}/invitations`;
  const { invitation } = await post<{ invitation: string }>(route, { role }, await fetchToken(visitor));
  return `${location.origin}${location.pathname}#token=${invitation}`;
}

async function post<Answer>(route: string, body: object, token: string | undefined): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(route, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Answer & { error?: { message: string } };
  if (!response.ok) throw new Error(answer.error?.message ?? `${route} answered ${response.status}`);
  return answer;
}

function tokenInAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
}

function ownToken(): string | undefined {
  return localStorage.getItem(place) ?? undefined;
}

/** Whether it is a token to get a guest's token with. What it says, the server checks. */
function isInvitation(token: string): boolean {
  try {
    const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
    const { scope = '' } = JSON.parse(atob(payload)) as { scope?: string };
    return scope.split(' ').includes('invite');
  } catch {
    return false;
  }
}
