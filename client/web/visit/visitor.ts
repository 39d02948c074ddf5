import { randomId } from '../../randomId.ts';
import { claim as claimName } from '../../room/claim.ts';
import { device, thisWindow } from './kept.ts';

/** Someone in front of a window. */
export interface Visitor {
  /** A secret that the server makes the guest's id of. */
  key: string;
  name: string;
  /** One of `colors`, where one was chosen. */
  color: string | undefined;
}

/** Each is dark enough for white letters on it. */
export const colors = ['#b3266b', '#b3401f', '#8a5a00', '#4b6b12', '#12724f', '#0b6f8a', '#4653b8', '#7b3fa0'];

/** Where it is written which visitor is here. */
const place = 'tutti visitor';

const moods = ['Merry', 'Quiet', 'Brave', 'Gentle', 'Swift', 'Golden', 'Lucky', 'Early'];
const players = ['Fiddle', 'Piper', 'Cello', 'Banjo', 'Oboe', 'Drummer', 'Tenor', 'Harp', 'Flute', 'Alto'];

/**
 * Who this window's visitor is. Each window of a browser is someone of its own, so that two of them play together as two
 * people do; the same ones are there again the next time.
 */
export async function findVisitor(): Promise<Visitor> {
  const own = thisWindow.get(place);
  // Where this window was loaded again, its old self may still be going.
  const isOwn = own !== undefined && (await claim(own, 2_000)) !== undefined;
  const name = isOwn ? own : ((await firstFree()) ?? `tutti visitor ${randomId()}`);
  thisWindow.set(place, name);
  const kept = device.read<Visitor>(name);
  if (typeof kept?.key === 'string') return kept;
  const visitor = { key: randomId() + randomId(), name: `${oneOf(moods)} ${oneOf(players)}`, color: undefined };
  keepVisitor(visitor);
  return visitor;
}

/** For the next time. */
export function keepVisitor(visitor: Visitor): void {
  device.write(thisWindow.get(place) ?? '', visitor);
}

/** The server knows the visitor now: without a window of their own it is they who are here the next time. */
export function visitorGreeted(): void {
  device.set(place, thisWindow.get(place) ?? '');
}

/** A colour that follows from the id. */
export function usualColor(user_id: string): string {
  let hash = 0;
  for (const letter of user_id) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return colors[hash % colors.length] as string;
}

/** Where nobody can say whether a name is free, it is taken. */
function claim(name: string, patience = 0): Promise<unknown> {
  return claimName(name, patience).catch(() => undefined);
}

async function firstFree(): Promise<string | undefined> {
  const names = Array.from({ length: 20 }, (_, at) => `tutti visitor ${at + 1}`);
  const last = device.get(place);
  if (last !== undefined) names.unshift(last);
  for (const name of names) if (await claim(name)) return name;
  return undefined;
}

function oneOf(words: string[]): string {
  return words[Math.floor(Math.random() * words.length)] as string;
}
