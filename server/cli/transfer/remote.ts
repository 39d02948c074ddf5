import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { isDemo } from '../../access/demo.ts';
import { signToken } from '../../access/signing.ts';
import { configFromEnvironment } from '../../config.ts';
import { basePathOption, placeFrom } from '../place.ts';

/** How a running server is found, and who asks it. */
export interface RemoteOptions {
  url?: string;
  basePath?: string;
  token?: string;
  org?: string;
}

export function withRemoteOptions(command: Command): Command {
  return command
    .option('-u, --url <url>', 'the server (default: the PORT of this machine)')
    .addOption(basePathOption())
    .option('-t, --token <token>', 'one with the scope admin (default: one made as `tutti token` would)')
    .option('-o, --org <tenant>', 'whose rooms, where the token is made here');
}

/** How often something is sent again that was refused for a while. */
const mostTries = 20;
/** How long is waited where nothing else is said, in milliseconds. */
const pause = 1_000;

/** The HTTP API of a running server, as an administrator asks it. */
export class Remote {
  readonly #url: string;
  readonly #token: string;

  constructor(options: RemoteOptions) {
    const config = configFromEnvironment(process.env);
    const { url = `http://localhost:${config.port}`, token, org } = options;
    this.#url = `${url.replace(/\/$/, '')}${placeFrom(options).basePath}/api/v1`;
    if (token === undefined && !config.jwtSecret && !isDemo(config))
      throw new Error('whoever has the private key signs tokens: give one with the scope admin, with --token');
    const claims = { sub: 'tutti', rooms: {}, scope: 'admin', ...(org !== undefined && { org_id: org }) };
    this.#token = token ?? signToken(config, claims, '1h');
  }

  /** Throws an Error with what the server says where it refuses. */
  async get(path: string): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.#ask(path, {});
    if (answer.ok && answer.body) return answer.body;
    throw new Error(`${this.#url}${path}: ${await refusalIn(answer)}`);
  }

  /** Resolves with what the server has answered, whether it is ok or not; what is refused for a while is sent again. */
  async post(path: string, body: string): Promise<{ results?: unknown[]; error?: { message: string } }> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#ask(path, { method: 'POST', body });
      const text = await answer.text();
      const isRefused = !answer.ok && !text.includes('"results"');
      if (!isRefused) return JSON.parse(text);
      const retryAfter = answer.headers.get('retry-after');
      if (tries === mostTries || (retryAfter === null && answer.status < 500))
        throw new Error(`${this.#url}${path}: ${messageIn(text)}`);
      await wait(retryAfter === null ? pause : Number(retryAfter) * 1_000);
    }
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, { ...init, headers: { Authorization: `Bearer ${this.#token}` } });
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      throw new Error(`${this.#url} does not answer${cause?.code ? ` (${cause.code})` : ''}: is the server running?`);
    }
  }
}

async function refusalIn(answer: Response): Promise<string> {
  return messageIn(await answer.text());
}

function messageIn(text: string): string {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return text.slice(0, 200) || 'no answer';
  }
}
