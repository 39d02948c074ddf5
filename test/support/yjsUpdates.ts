import * as encoding from 'lib0/encoding';
import type { Clients } from '../../shared/documents/yjs/clients.ts';
import type { Random } from './random.ts';

/** A place in a document: of which Yjs client, and which of its clocks. */
export type Id = readonly [client: number, clock: number];

/** An update that one client would have made of texts beside or between others, one after the other. */
export function updateOf(
  client: number,
  clock: number,
  items: readonly { left?: Id; right?: Id; text?: string }[],
): Uint8Array {
  const encoder = begun(client, clock, items.length);
  for (const { left, right, text = 'x' } of items) {
    encoding.writeUint8(encoder, 4 | (left ? 0x80 : 0) | (right ? 0x40 : 0));
    for (const id of [left, right]) for (const part of id ?? []) encoding.writeVarUint(encoder, part);
    if (!left && !right) {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, 'text');
    }
    encoding.writeVarString(encoder, text);
  }
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

/** Two updates of one client each in one. */
export function together(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Uint8Array.from([2, ...one.subarray(1, -1), ...other.subarray(1)]);
}

/** So many items that each stand somewhere between the beginning and another far place: Yjs takes the square of their number. */
export function costlyUpdate(client: number, items: number): Uint8Array {
  const places = Array.from({ length: items }, (_, at) => ({ right: [client, items - 1 - at] as const }));
  return updateOf(client, 0, [{ text: 'x'.repeat(items) }, ...places]);
}

/** An update of so many maps, each in the one before. */
export function nestedMaps(client: number, many: number): Uint8Array {
  const encoder = begun(client, 0, many);
  for (let at = 0; at < many; at++) {
    encoding.writeUint8(encoder, 7);
    encoding.writeVarUint(encoder, at === 0 ? 1 : 0);
    if (at === 0) encoding.writeVarString(encoder, 'text');
    else for (const part of [client, at - 1]) encoding.writeVarUint(encoder, part);
    encoding.writeVarUint(encoder, 0);
  }
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

/** An update that may be anything Yjs can read: every content, at any place that its client may know of, and any that it may not. */
export function anyUpdate(random: Random, clients: Clients): Uint8Array {
  const client = random.between(1, 3);
  const clock = clients.clock(client);
  const structs = random.between(0, 4);
  const encoder = structs > 0 ? begun(client, clock, structs) : encoding.createEncoder();
  if (structs === 0) encoding.writeVarUint(encoder, 0);
  const id = () => {
    const other = random.between(1, 3);
    encoding.writeVarUint(encoder, other);
    encoding.writeVarUint(encoder, random.between(0, Math.max(0, clients.clock(other) - random.between(0, 1))));
  };
  for (let left = structs; left > 0; left--) writeStruct(encoder, random, id);
  const hasDeletes = random.oneIn(2) && clock > 0;
  encoding.writeVarUint(encoder, hasDeletes ? 1 : 0);
  if (hasDeletes) {
    const from = random.between(0, clock - 1);
    for (const part of [client, 1, from, random.between(1, clock - from)]) encoding.writeVarUint(encoder, part);
  }
  return encoding.toUint8Array(encoder);
}

function writeStruct(encoder: encoding.Encoder, random: Random, id: () => void): void {
  const kind = random.pick([0, 1, 2, 3, 4, 4, 5, 6, 7, 7, 7, 8, 9]);
  if (kind === 0) {
    encoding.writeUint8(encoder, 0);
    encoding.writeVarUint(encoder, random.between(1, 3));
    return;
  }
  const [hasLeft, hasRight, hasKey] = [random.oneIn(2), random.oneIn(3), random.oneIn(3)];
  encoding.writeUint8(encoder, kind | (hasLeft ? 0x80 : 0) | (hasRight ? 0x40 : 0) | (hasKey ? 0x20 : 0));
  if (hasLeft) id();
  if (hasRight) id();
  if (!hasLeft && !hasRight) {
    const isRoot = random.oneIn(2);
    encoding.writeVarUint(encoder, isRoot ? 1 : 0);
    if (isRoot) encoding.writeVarString(encoder, random.pick(['text', 'map', 'list', 'toString']));
    else id();
    if (hasKey) encoding.writeVarString(encoder, random.pick(['a', 'b']));
  }
  contents[kind]?.(encoder, random);
}

const contents: Record<number, (encoder: encoding.Encoder, random: Random) => void> = {
  1: (encoder, random) => encoding.writeVarUint(encoder, random.between(1, 3)),
  2: (encoder) => {
    encoding.writeVarUint(encoder, 2);
    for (const json of ['1', 'undefined']) encoding.writeVarString(encoder, json);
  },
  3: (encoder) => encoding.writeVarUint8Array(encoder, Uint8Array.from([1])),
  4: (encoder, random) => encoding.writeVarString(encoder, random.pick(['x', 'xyz', '😀'])),
  5: (encoder, random) => encoding.writeVarString(encoder, random.pick(['{}', 'null', '"a"', '[1]'])),
  6: (encoder, random) => {
    encoding.writeVarString(encoder, random.pick(['bold', 'link']));
    encoding.writeVarString(encoder, random.pick(['true', 'null', '{"a":1}']));
  },
  7: (encoder, random) => {
    const type = random.between(0, 6);
    encoding.writeVarUint(encoder, type);
    if (type === 3 || type === 5) encoding.writeVarString(encoder, 'p');
  },
  8: (encoder, random) => {
    encoding.writeVarUint(encoder, 2);
    encoding.writeAny(encoder, random.pick([null, 1, 'x', { a: 1 }]));
    encoding.writeAny(encoder, 7);
  },
  9: (encoder, random) => {
    encoding.writeVarString(encoder, 'guid');
    encoding.writeAny(encoder, random.pick([{}, { autoLoad: true }, { gc: false }]));
  },
};

/** Changes, removes, adds or doubles a few bytes. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const result = [...bytes];
  for (let left = random.between(1, 3); left > 0; left--) {
    const at = random.between(0, result.length - 1);
    const byte = random.pick([random.between(0, 255), random.between(0, 12)]);
    const change = random.pick(['set', 'remove', 'add', 'double']);
    if (change === 'set') result[at] = byte;
    else if (change === 'remove') result.splice(at, 1);
    else if (change === 'add') result.splice(at, 0, byte);
    else result.splice(at, 0, ...result.slice(at, at + random.between(1, 8)));
  }
  return Uint8Array.from(result);
}

function begun(client: number, clock: number, structs: number): encoding.Encoder {
  const encoder = encoding.createEncoder();
  for (const part of [1, structs, client, clock]) encoding.writeVarUint(encoder, part);
  return encoder;
}
