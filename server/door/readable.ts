/** Characters up to which a packet is cheap to read, whatever is in it. */
export const small = 16 * 1024;
/** How deep a packet may be nested; what an event may have is less, and is refused where it is looked at. */
export const mostLevels = 1_000;
/** Characters of a text or of a key that count: the longer it is, the cheaper is each of them. */
export const countedOfText = 8;

/**
 * Whether a packet is no dearer to read than those that are allowed: while JSON is read, nobody else has a turn. A long text is
 * cheap, whatever is escaped in it; the same bytes of brackets, numbers or keys take many times as long. `most`:
 * characters that it may have, of each text the first few.
 */
function isReadable(packet: string, most: number): boolean {
  if (packet.length <= small) return true;
  let [characters, levels] = [0, 0];
  for (let at = 0; at < packet.length && characters <= most; at++) {
    characters += 1;
    const code = packet.charCodeAt(at);
    if (code === quote) {
      const end = endOfText(packet, at + 1);
      characters += Math.min(countedOfText, end - at);
      at = end;
    } else if (code === openBracket || code === openBrace) {
      levels += 1;
      if (levels > mostLevels) return false;
    } else if (code === closeBracket || code === closeBrace) levels -= 1;
  }
  return characters <= most;
}

const [quote, backslash] = [0x22, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where the quotation mark is that ends a text; the end of the packet where there is none. */
function endOfText(packet: string, start: number): number {
  for (let at = start; at < packet.length; at++) {
    const code = packet.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at += 1;
  }
  return packet.length;
}

/**
 * Of a packet that Engine.IO tells of before it hands it on: has it hand on nothing where it is too dear to read, and returns it
 * then.
 */
export function withhold(packet: { type: string; data?: string | Buffer }, most: number): string | undefined {
  const { data } = packet;
  if (typeof data !== 'string' || isReadable(data, most)) return undefined;
  packet.type = 'noop';
  return data;
}

/** Of a packet that was not read, as far as it can be seen at its beginning. */
export interface Beginning {
  /** The name of the event. */
  event?: string;
  /** The number by which its sender is answered. */
  callback?: number;
}

/** What a packet of one event begins with; nothing of it where it is another packet. */
export function beginningOf(packet: string): Beginning {
  const [, digits, event] = /^2(?:\/[^,]*,)?(\d{1,15})?\[(?:"([\w-]{1,64})")?/.exec(packet) ?? [];
  return { ...(event !== undefined && { event }), ...(digits !== undefined && { callback: Number(digits) }) };
}
