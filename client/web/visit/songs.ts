/** A song or a session that was open on this device. */
export interface Visited {
  /** Its address on this server: with the invitation, where it was opened by one. */
  path: string;
  title: string;
  /** When it was last open, in milliseconds since the epoch. */
  at: number;
}

const place = 'tutti songs';
const most = 100;

/** Newest first. */
export function visited(): Visited[] {
  return JSON.parse(localStorage.getItem(place) ?? '[]') as Visited[];
}

export function keepVisited(visit: Visited): void {
  localStorage.setItem(place, JSON.stringify([visit, ...othersThan(visit.path)].slice(0, most)));
}

export function forgetVisited(path: string): void {
  localStorage.setItem(place, JSON.stringify(othersThan(path)));
}

function othersThan(path: string): Visited[] {
  return visited().filter((other) => pageOf(other.path) !== pageOf(path));
}

/** A path without what is behind `#`. */
export function pageOf(path: string): string {
  return path.replace(/#.*/, '');
}
