import { monotonic } from '../../shared/monotonic.ts';

/** How long another tab may take to say that it holds a name, in milliseconds. */
const saidWithin = 400;
/** How long until one that is held is asked for again, in milliseconds. */
const askAgainAfter = 100;

/** `ticket` asks who holds a name, and `taken` answers that ticket: somebody does. */
interface Word {
  name: string;
  ticket?: string;
  taken?: string;
}

/** What this page, or process, holds. */
const held = new Set<string>();
/** What it asks for. */
const asked = new Map<string, { ticket: string; end(isFree: boolean): void }>();
/** Where the tabs of a browser hear each other. */
let others: BroadcastChannel | undefined;

/**
 * What claim() does where there are no locks. A page asks the other tabs: a name is free where none has said in time that
 * it holds it. Of two that ask at once, the lower ticket has it. Throws where tabs can not hear each other.
 */
export async function claimByWord(name: string, patience: number, isNew: boolean): Promise<(() => void) | undefined> {
  // From now on this tab answers, too.
  if (globalThis.window) others ??= listen();
  const deadline = monotonic() + patience;
  while (!(await ask(name, isNew))) {
    if (monotonic() >= deadline) return undefined;
    await new Promise((resolve) => setTimeout(resolve, askAgainAfter));
  }
  return () => void held.delete(name);
}

/** Whether the name is this page's from now on. */
function ask(name: string, isNew: boolean): Promise<boolean> | boolean {
  if (held.has(name) || asked.has(name)) return false;
  const channel = others;
  if (isNew || !channel) {
    held.add(name);
    return true;
  }
  return new Promise((resolve) => {
    const end = (isFree: boolean) => {
      clearTimeout(timer);
      asked.delete(name);
      // At once: the next word may be a question for it.
      if (isFree) held.add(name);
      resolve(isFree);
    };
    const timer = setTimeout(() => end(true), saidWithin);
    const ticket = String(Math.random());
    asked.set(name, { ticket, end });
    channel.postMessage({ name, ticket } satisfies Word);
  });
}

function listen(): BroadcastChannel {
  const channel = new BroadcastChannel('tutti claims');
  channel.onmessage = ({ data: { name, ticket, taken } }: MessageEvent<Word>) => {
    const own = asked.get(name);
    if (ticket === undefined) {
      if (own?.ticket === taken) own?.end(false);
    } else if (held.has(name) || (own && own.ticket < ticket)) {
      channel.postMessage({ name, taken: ticket } satisfies Word);
    } else own?.end(false);
  };
  return channel;
}
