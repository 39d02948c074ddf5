import { Refusal } from '../../shared/refusals.ts';

/** How many questions may be under way: in all, and about one user unless it is said otherwise. */
const atOnce = { all: 64, user: 4 };
/** How many may wait for their turn. */
const mostWaiting = { all: 10_000, user: 250 };
/** How long an answer may take, and how long a question may wait for its turn, in milliseconds. */
const patience = 5_000;

interface Question {
  since: number;
  ask(): void;
  refuse(refusal: Refusal): void;
}

/** What is asked about one user. */
interface Line {
  asking: number;
  waiting: Question[];
}

/**
 * Questions to whom the server does not know: an application's hooks, AUTHORIZE_URL. Only so many are under way, users
 * take turns, and none is waited for longer than a while: one that hangs delays its own user.
 */
export class Turns {
  /** Whose turn is next comes first. */
  readonly #lines = new Map<string, Line>();
  readonly #each: number;
  #asking = 0;
  #waiting = 0;

  /** `each`: how many questions about one user may be under way. */
  constructor(each = atOnce.user) {
    this.#each = each;
  }

  /** Asks when the user's turn has come. Refuses `unavailable` where there is no answer in time, or too many wait. */
  async take<Answer>(user: string, ask: () => Answer | Promise<Answer>): Promise<Answer> {
    const line = this.#lines.get(user) ?? { asking: 0, waiting: [] };
    if (this.#waiting >= mostWaiting.all || line.waiting.length >= mostWaiting.user) throw unavailable('too many ask');
    this.#lines.set(user, line);
    await new Promise<void>((resolve, reject) => {
      line.waiting.push({ since: performance.now(), ask: resolve, refuse: reject });
      this.#waiting += 1;
      this.#next();
    });
    try {
      return await inTime(ask);
    } finally {
      line.asking -= 1;
      this.#asking -= 1;
      if (line.asking === 0 && line.waiting.length === 0) this.#lines.delete(user);
      this.#next();
    }
  }

  #next(): void {
    for (const [user, line] of this.#lines) {
      if (this.#asking >= atOnce.all) return;
      if (line.asking >= this.#each) continue;
      const question = line.waiting.shift();
      if (!question) continue;
      this.#waiting -= 1;
      // Behind all others, where the loop comes by again.
      this.#lines.delete(user);
      this.#lines.set(user, line);
      if (performance.now() - question.since > patience) question.refuse(unavailable('too many ask'));
      else {
        line.asking += 1;
        this.#asking += 1;
        question.ask();
      }
    }
  }
}

async function inTime<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(`no answer in ${patience / 1000} s`)), patience);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(reason: string): Refusal {
  return new Refusal('unavailable', `the application does not answer: ${reason}`, { retry_after_ms: 1_000 });
}
