import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { text } from '../../shared/documents/text.ts';

/** One operation of a recorded session. */
export interface TraceOperation {
  /** Who wrote it: becomes the `client_id`. */
  agent: string;
  /** The revision that it was made against. */
  base: number;
  operation: unknown;
}

/** A recorded editing session. The operation at index i makes revision i + 1. */
export interface Trace {
  operations: TraceOperation[];
  /** The text at the end, where the recording names it. */
  expected: string | undefined;
}

const line = z.object({
  i: z.int(),
  agent: z.union([z.int(), z.string()]).transform(String),
  base: z.int(),
  op: z.array(z.unknown()),
});
const singleAuthor = z.object({
  startContent: z.string(),
  endContent: z.string(),
  txns: z.array(z.object({ patches: z.array(z.tuple([z.int(), z.int(), z.string()])) })),
});

/**
 * Reads a trace, gzipped or not: one line of JSON per operation `{ i, agent, base, op }`, or one author's as a whole,
 * `{ startContent, endContent, txns: [{ patches: [[position, deleted, inserted]] }] }`. Throws an Error that says where.
 */
export function readTrace(file: string): Trace {
  const bytes = readFileSync(file);
  const content = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  const whole = singleAuthor.safeParse(tryJson(content));
  if (whole.success) return fromSingleAuthor(whole.data);
  const operations = content
    .trimEnd()
    .split('\n')
    .map((text, index): TraceOperation => {
      const parsed = line.safeParse(tryJson(text));
      if (parsed.success && parsed.data.i === index) {
        return { agent: parsed.data.agent, base: parsed.data.base, operation: parsed.data.op };
      }
      throw new Error(
        `${file}:${index + 1}: expected { "i": ${index}, "agent", "base", "op" } or a single author's trace`,
      );
    });
  return { operations, expected: undefined };
}

function fromSingleAuthor({ startContent, endContent, txns }: z.output<typeof singleAuthor>): Trace {
  const start = startContent === '' ? [] : [[startContent]];
  const patches = txns.flatMap(({ patches }) => patches);
  const edits = patches.map(([position, deleted, inserted]) => [
    ...(position > 0 ? [position] : []),
    ...(inserted ? [inserted] : []),
    ...(deleted > 0 ? [{ d: deleted }] : []),
  ]);
  const operations = [...start, ...edits].map((operation, base) => ({ agent: 'author', base, operation }));
  return { operations, expected: endContent };
}

/** The text that the trace leads to, by the document type alone, without any server. */
export function textOf({ operations }: Trace): string {
  const limits = { max_operation_bytes: Number.POSITIVE_INFINITY, max_operation_parts: Number.POSITIVE_INFINITY };
  const entries: {
    operation: ReturnType<typeof text.decode>;
    client_id: string;
    user_id: string;
    timestamp: number;
  }[] = [];
  let content = text.create();
  for (const { agent, base, operation } of operations) {
    let late = text.decode(operation, limits);
    for (const over of entries.slice(base)) {
      late = text.transform?.(late, over.operation, agent < over.client_id ? 'left' : 'right') ?? late;
    }
    const entry = { operation: late, client_id: agent, user_id: agent, timestamp: 0 };
    content = text.apply(content, entry, entries.push(entry));
  }
  return text.save(content) as string;
}

function tryJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
