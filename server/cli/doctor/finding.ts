/** What was looked at, and how it was found. */
export interface Finding {
  state: 'fine' | 'doubtful' | 'wrong';
  text: string;
  /** What to do about it. */
  advice?: string;
}

export function fine(text: string): Finding {
  return { state: 'fine', text };
}

export function doubtful(text: string, advice: string): Finding {
  return { state: 'doubtful', text, advice };
}

export function wrong(text: string, advice: string): Finding {
  return { state: 'wrong', text, advice };
}
