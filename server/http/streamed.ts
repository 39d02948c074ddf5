import type { Context } from 'hono';
import type { HttpEnv } from './tokens.ts';

/**
 * Lines of JSON as an answer: each is made when the one before is taken. Where one can not be made the connection ends in the
 * middle, so that nobody takes that for the end; `onError` is told why, and nobody else.
 */
export function streamed(
  context: Context<HttpEnv>,
  lines: AsyncGenerator<object, void, undefined>,
  onError: (error: unknown) => void,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      } catch (error) {
        onError(error);
        context.env.outgoing.destroy();
        controller.close();
      }
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return context.body(body, 200, { 'Content-Type': 'application/x-ndjson' });
}
