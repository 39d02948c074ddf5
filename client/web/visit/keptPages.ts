import { device } from './kept.ts';

/** How many pages a list has, at most. */
const most = 100;

/** A list of pages that this device keeps by name: the newest first, each page once, for as long as it `lasts`. */
export class KeptPages<Item extends { path: string }> {
  readonly #place: string;
  readonly #lasts: (item: Item) => boolean;

  constructor(place: string, lasts: (item: Item) => boolean = () => true) {
    this.#place = place;
    this.#lasts = lasts;
  }

  all(): Item[] {
    const items = device.read<Item[]>(this.#place);
    return Array.isArray(items) ? items.filter(this.#lasts) : [];
  }

  put(item: Item): void {
    device.write(this.#place, [item, ...this.#without(item.path)].slice(0, most));
  }

  take(path: string): void {
    device.write(this.#place, this.#without(path));
  }

  /** Who signs out leaves nothing behind. */
  clear(): void {
    device.remove(this.#place);
  }

  #without(path: string): Item[] {
    return this.all().filter((other) => pageOf(other.path) !== pageOf(path));
  }
}

/** A path without what is behind `#`. */
export function pageOf(path: string): string {
  return path.replace(/#.*/, '');
}
