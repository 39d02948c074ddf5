import { longWork } from '../limits/longWork.ts';
import type { Transported } from '../wire/outbox.ts';
import { FrameSocket } from '../wire/webSocket.ts';
import { small } from './readable.ts';

/** How many messages of a connection come at once before others have their turn: about a millisecond of small ones. */
const most = 32;
/** After how many it is arranged that the next turn counts anew. */
const arranged = most / 2;
/** What stands between the packets of a polling request. */
const separator = '\u001e';

/** Of a connection that polls no more than it has. */
const nothing: Promise<void> = Promise.resolve();

/** Engine.IO's polling, as far as it takes what a request brings. */
interface Polling {
  onData(payload: string): void;
  /** The answer to the request, which Engine.IO gives when onData() has returned. */
  dataRes: { end(text: string): unknown } | null;
}

/**
 * Lets others have their turn between the messages of a connection, however many have come in one piece: thousands of small
 * ones fit into what is read at once.
 */
export class Slices {
  readonly #conn: Transported;
  #count = 0;
  /** Resolves when all packets of a polling request have been taken. */
  #taken = nothing;

  constructor(conn: Transported) {
    this.#conn = conn;
    const { transport } = conn as { transport: unknown };
    if (!(transport as { socket?: unknown }).socket) this.#slice(transport as Polling);
  }

  /** Resolves when what came by polling before has been taken. */
  get taken(): Promise<void> {
    return this.#taken;
  }

  /** A message has come. */
  count(): void {
    const { socket } = this.#conn.transport as { socket?: unknown };
    if (!(socket instanceof FrameSocket)) return;
    this.#count += 1;
    if (this.#count === arranged) {
      setImmediate(() => {
        this.#count = 0;
        socket.oneByOne(false);
      });
    }
    if (this.#count === most) socket.oneByOne(true);
  }

  /** What a request brings is taken in slices, and answered after the last: before that, its client sends nothing else. */
  #slice(transport: Polling): void {
    const take = transport.onData.bind(transport);
    transport.onData = (payload) => {
      // What may take long to read waits for its turn before any of it is taken.
      const first = payload.length <= small ? endOfSlice(payload, 0) : -1;
      if (first > 0) take(payload.slice(0, first));
      const { dataRes } = transport;
      if (first === payload.length || !dataRes) return;
      this.#taken = this.#takeRest(payload, first + 1, take);
      const answer = dataRes.end.bind(dataRes);
      dataRes.end = (text) => this.#taken.then(() => answer(text));
    };
  }

  async #takeRest(payload: string, from: number, take: (payload: string) => void): Promise<void> {
    for (let start = from; start < payload.length; ) {
      await longWork.turn();
      if (this.#conn.readyState !== 'open') return;
      const end = endOfSlice(payload, start);
      take(payload.slice(start, end));
      start = end + 1;
    }
  }
}

/** Where a slice ends that begins at a place of a payload: after so many packets, or the one that makes it large. */
function endOfSlice(payload: string, start: number): number {
  let end = start - 1;
  for (let packets = 0; packets < most && end - start < small; packets++) {
    end = payload.indexOf(separator, end + 1);
    if (end < 0) return payload.length;
  }
  return end;
}
