/** Where an event is in the log of its room: in which history, after which entry, and as how many of the events in that one. */
export interface EventPlace {
  epoch: string;
  revision: number;
  index: number;
}

/** What names an event of the log: its epoch, the revision that its entry made and, where that has several, its place among them. */
export function eventIdOf({ epoch, revision, index }: EventPlace): string {
  return `${epoch}-${revision}${index > 0 ? `.${index}` : ''}`;
}

/** The place of an event with such an id; undefined where it is none. An epoch may have hyphens. */
export function parseEventId(id: string): EventPlace | undefined {
  const [, epoch, revision, index = 0] = /^([\w-]+)-(\d{1,15})(?:\.(\d{1,6}))?$/.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, revision: Number(revision), index: Number(index) };
}
