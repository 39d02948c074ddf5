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

/** Where the tabs of a browser hear each other. */
let others: BroadcastChannel | undefined;
/** What this page asks for. */
const asked = new Map<string, { ticket: string; end(isFree: boolean): void }>();

/**
 * Asks the other tabs for a name, where there are no locks: it is free where none has said in time that it holds it, and
 * is among those that are `held` then. Of two that ask at once, the lower ticket has it. Throws where tabs can not hear
 * each other.
 */
export async function isFree(name: string, held: Set<string>, patience: number, isNew: boolean): Promise<boolean> {
  // From now on this tab answers, too.
  others ??= listen(held);
  const deadline = Date.now() + patience;
  while (!(isNew || (await ask(name, held, others)))) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, askAgainAfter));
  }
  return true;
}

function ask(name: string, held: Set<string>, others: BroadcastChannel): Promise<boolean> {
  return new Promise((resolve) => {
    if (held.has(name) || asked.has(name)) return resolve(false);
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
    others.postMessage({ name, ticket } satisfies Word);
  });
}

function listen(held: Set<string>): BroadcastChannel {
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
