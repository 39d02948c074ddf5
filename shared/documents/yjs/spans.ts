import type { Span } from './update.ts';

type Range = readonly [from: number, to: number];

/** A set of places in a document: of each client ranges of clocks, in order, none of which meets another. */
export class Spans {
  readonly #ranges = new Map<number, Range[]>();

  constructor(spans: Iterable<Span> = []) {
    this.add(spans);
  }

  get isEmpty(): boolean {
    return this.#ranges.size === 0;
  }

  add(spans: Iterable<Span>): void {
    for (const { client, clock, length } of spans) {
      let [from, to] = [clock, clock + length];
      const apart: Range[] = [];
      for (const range of this.#ranges.get(client) ?? []) {
        if (range[1] < from || range[0] > to) apart.push(range);
        else [from, to] = [Math.min(from, range[0]), Math.max(to, range[1])];
      }
      const place = apart.findIndex((range) => range[0] > to);
      apart.splice(place < 0 ? apart.length : place, 0, [from, to]);
      this.#ranges.set(client, apart);
    }
  }

  remove(spans: Iterable<Span>): void {
    if (this.isEmpty) return;
    for (const { client, clock, length } of spans) {
      const ranges = this.#ranges.get(client);
      if (!ranges) continue;
      const left = ranges.flatMap(([from, to]): Range[] =>
        [[from, Math.min(to, clock)] as const, [Math.max(from, clock + length), to] as const].filter(
          ([start, end]) => start < end,
        ),
      );
      if (left.length > 0) this.#ranges.set(client, left);
      else this.#ranges.delete(client);
    }
  }

  /** In order. `below`: only what lies below a client's clock. */
  list(below: (client: number) => number = () => Number.POSITIVE_INFINITY): Span[] {
    return [...this.#ranges].flatMap(([client, ranges]) => {
      const end = below(client);
      return ranges
        .filter(([from]) => from < end)
        .map(([from, to]) => ({ client, clock: from, length: Math.min(to, end) - from }));
    });
  }
}
