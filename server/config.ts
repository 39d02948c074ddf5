import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { roles } from '../shared/rooms.ts';

/** So many points in so many seconds; 0 points: no limit. */
export interface Limit {
  points: number;
  seconds: number;
}

/** What WEBHOOK_URL can be told of. */
export const webhookEvents = [
  'room.occupied',
  'room.vacated',
  'document.stored',
  'entry.published',
  'user.online',
  'user.offline',
] as const;
export type WebhookEventType = (typeof webhookEvents)[number];

const count = (minimum: number, fallback: number) => z.coerce.number().int().min(minimum).default(fallback);
const milliseconds = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
/** Separated by commas; one that belongs to an item is written `\,`. */
const list = z
  .union([z.string().transform((items) => items.split(/(?<!\\),/).map(unescaped)), z.array(z.string())])
  .transform((items) => items.map((item) => item.trim()).filter((item) => item !== ''));
/** Of a URL, without a slash at its end. */
const path = z.string().regex(/^(\/(?!\.{1,2}(\/|$))[\w.~-]+)*$/, 'expected a path such as /tutti');
/** What is asked over HTTP. */
const asked = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => !URL.canParse(url) || isPublic(new URL(url)),
    'has a user or a password, which no request can carry',
  );
const limit = (fallback: string) =>
  z
    .string()
    .regex(/^(0|[1-9]\d*\/[1-9]\d*)$/, 'expected points/seconds such as 600/60, or 0 for no limit')
    .default(fallback)
    .transform((value): Limit => {
      const [points = 0, seconds = 0] = value.split('/').map(Number);
      return { points, seconds };
    });

/**
 * Every variable that the server reads from the environment, in the order of the reference in README.md, which is
 * generated from here. The same names in camelCase are options of createCollaborationServer.
 */
export const variables = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('0 picks a free port'),
  HOST: z
    .string()
    .optional()
    .describe('The address to listen on. Default: every one, `0.0.0.0`; in demo mode `127.0.0.1`'),
  BASE_PATH: path
    .optional()
    .describe(
      'What the paths of all that is asked over HTTP begin with, such as `/tutti`. Default: nothing; `/tutti` on an HTTP server of the application’s',
    ),
  SOCKET_PATH: path.min(1).optional().describe('Where Socket.IO is. Default: `socket.io` under `BASE_PATH`'),
  JWT_SECRET: list
    .refine((secrets) => secrets.length > 0, 'expected one secret or more, comma-separated')
    .optional()
    .describe(
      'HS256. Several, comma-separated, while rotating; a comma within one is written `\\,`. Without any key: demo mode (a random secret kept in `DATA_DIR`), refused under `NODE_ENV=production`',
    ),
  JWT_SECRET_MIN_BYTES: count(1, 32).describe(
    'A shorter secret is refused: it can be guessed from one token. Lower it only for a secret that can not be changed yet',
  ),
  JWT_PUBLIC_KEY: z
    .string()
    .optional()
    .describe('RS256 and PS256, ES256, or EdDSA: a public key in PEM, or the path of a file with one'),
  JWKS_URL: asked
    .optional()
    .describe(
      'The same: where the keys are published, as a JWK set; asked again every 5 minutes, and for a new key within 10 s',
    ),
  JWT_ISSUER: z.string().optional().describe('Checked where set'),
  JWT_AUDIENCE: z.string().optional().describe('Checked where set'),
  AUTHENTICATE_URL: asked
    .optional()
    .describe(
      'Says whose a token is that no key has signed: asked by POST `{ token }` → `{ user: { user_id, name?, org_id?, rooms?, scopes?, expires_at? } }`; within 3 s, cached for 10 s, closed where it fails. With it no key is needed',
    ),
  JWT_CLOCK_TOLERANCE_MS: milliseconds(60_000).describe(
    'How far other clocks may be off: a token is valid from so long before `nbf` until so long after `exp`',
  ),
  TOKEN_EXPIRY_CLOSE_MS: milliseconds(30_000).describe(
    'How long after its token has expired, the tolerance included, a connection may still send `authenticate`',
  ),
  DEFAULT_ROLE: z.enum(roles).optional().describe('For rooms that the token does not name; without it they are closed'),
  AUTHORIZE_URL: asked
    .optional()
    .describe(
      'For rooms that the token does not name: asked by POST `{ user, room_id }` → `{ role }`; within 1 s, cached for 10 s, closed where it fails',
    ),
  WEBHOOK_URL: asked
    .optional()
    .describe('Told by POST what happens, signed, until it answers 2xx: [webhooks.md](docs/webhooks.md)'),
  WEBHOOK_SECRET: list
    .refine((secrets) => secrets.length > 0, 'expected one secret or more, comma-separated')
    .optional()
    .describe(
      'Signs what is sent to `WEBHOOK_URL`, `AUTHORIZE_URL` and `AUTHENTICATE_URL`. Several, comma-separated, while rotating: each signs',
    ),
  WEBHOOK_EVENTS: list
    .pipe(z.array(z.enum(webhookEvents)).min(1))
    .optional()
    .describe(`Of what: ${webhookEvents.map((event) => `\`${event}\``).join(', ')}, comma-separated. Default: all`),
  WEBHOOK_RETRY_MS: milliseconds(24 * 60 * 60 * 1000).describe(
    'For how long an event is sent again that was not taken; then it is given up, which is logged',
  ),
  DATA_DIR: z.string().default('./data').describe('Where the embedded store keeps rooms; one process only'),
  DATA_MIN_FREE_BYTES: count(0, 64 * 1024 * 1024).describe(
    'With less free on the disk of `DATA_DIR`, edits are refused as `unavailable`, until a quarter more is',
  ),
  REDIS_URL: list
    .refine(
      (urls) => urls.length > 0 && urls.every((url) => /^rediss?:\/\/./.test(url)),
      'expected redis:// or rediss://',
    )
    .optional()
    .describe(
      'Where many instances keep rooms together, `redis://` or `rediss://`; several, comma-separated: a cluster. `REDISCLOUD_URL` counts where it is not set. Without it: the embedded store',
    ),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:./-]{0,63}:$/, 'expected up to 64 of A-Z a-z 0-9 _ : . / -, the last one a colon')
    .optional()
    .describe(
      'What all keys and channels in Redis begin with, the last of it a colon: each deployment has its own. Default: `tutti:` and the number of the database, such as `tutti:0:`',
    ),
  REDIS_WAIT_REPLICAS: count(0, 0).describe(
    'Appends wait until so many replicas have them; without it a failover may lose the last moments, which begins a new epoch',
  ),
  CORS_ORIGINS: list
    .optional()
    .describe(
      'Origins that pages may come from, comma-separated, `*` for any; also checked for WebSocket. Default: the same origin',
    ),
  TRUST_PROXY_HOPS: count(0, 0).describe(
    'How many proxies stand before the server: so many entries of `X-Forwarded-For`, from the right, are believed',
  ),
  HEARTBEAT_INTERVAL_MS: count(100, 25_000).describe('How often a connection is asked for a sign of life'),
  HEARTBEAT_TIMEOUT_MS: count(100, 20_000).describe(
    'How long it may take, and as long as 256 kbit/s take for what was just sent; a client that vanished is noticed within the sum',
  ),
  MAX_MESSAGE_BYTES: count(1, 10 * 1024).describe(
    'What one message may carry, and an operation on anything but a song',
  ),
  MAX_OPERATION_BYTES: count(1, 256 * 1024).describe(
    'What one operation on a song inserts, in UTF-8; a packet may have six times as much, and 64 KiB',
  ),
  MAX_DOCUMENT_BYTES: count(1, 2 * 1024 * 1024).describe('The text of one song, in UTF-8'),
  MAX_CONNECTIONS_PER_USER: count(1, 20).describe(
    'Connections that one user may have; before one is refused, those that do not answer are dropped',
  ),
  MAX_CONNECTIONS_PER_IP: count(1, 1000).describe('Connections from one address'),
  MAX_PARTICIPANTS_PER_ROOM: count(1, 2000).describe('Users that may be in one room, not connections'),
  MAX_ROOMS_PER_CONNECTION: count(1, 50).describe('Rooms that one connection may be in'),
  LIMIT_CONNECTIONS: limit('600/60').describe(
    'Handshakes, per address: points/seconds, 20 times as many requests without a token; `0` switches it off',
  ),
  LIMIT_AUTH_FAILURES: limit('10/60').describe('Tokens that are refused, per address'),
  LIMIT_GUESTS: limit('60/3600').describe('Guests that come by an invitation for the first time, per address'),
  LIMIT_JOINS: limit('120/60').describe('Joins and reads, per user'),
  LIMIT_OPERATIONS: limit('600/60').describe('Operations, per user'),
  LIMIT_BYTES: limit('8388608/60').describe('Bytes of operations, and of what is published, per user'),
  LIMIT_TENANT_BYTES: limit('0').describe(
    'The same, of all users of a tenant together; what is stored grows by no more. Default: no limit',
  ),
  LIMIT_ROOMS: limit('100/3600').describe(
    'Rooms in which a user writes the first operation, or makes the first invitation',
  ),
  LIMIT_CLIENTS: limit('600/3600').describe(
    'Clients of a user that write in a room for the first time: each `client_id` is remembered for a week',
  ),
  LIMIT_CURSORS: limit('1800/60').describe('Cursors, per user'),
  LIMIT_MESSAGES: limit('60/60').describe('Messages and typing, per user'),
  LIMITS: z
    .literal('strict')
    .optional()
    .describe(
      '`strict`: 10/60 connections; 60/60 operations, cursors and messages; 5 connections a user; where not set otherwise',
    ),
  DRAIN_MS: milliseconds(10_000).describe('Over how long connected clients are sent away when the server stops'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('What is logged: structured lines on standard error'),
  AUDIT_LOG: z
    .string()
    .optional()
    .describe(
      'A file: who connected, joined and was refused, and what administrators read and did, a JSON object a line',
    ),
  METRICS_TOKEN: z
    .string()
    .optional()
    .describe('What `GET /metrics` asks for as `Authorization: Bearer`; without it, only this machine is answered'),
};

/** What keeps others out: set but empty is a mistake, and not the same as left out. */
export const locks = [
  'JWT_SECRET',
  'JWT_PUBLIC_KEY',
  'JWKS_URL',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'METRICS_TOKEN',
  'AUTHENTICATE_URL',
  'AUTHORIZE_URL',
  'WEBHOOK_SECRET',
];
/** What is never shown, not even where it is refused. */
const secrets = ['JWT_SECRET', 'METRICS_TOKEN', 'WEBHOOK_SECRET'];

/** Bytes that a secret of webhooks has at least. */
const leastWebhookSecret = 32;

/** What LIMITS=strict sets. */
const strict: Record<string, unknown> = {
  MAX_CONNECTIONS_PER_USER: 5,
  LIMIT_CONNECTIONS: '10/60',
  LIMIT_OPERATIONS: '60/60',
  LIMIT_CURSORS: '60/60',
  LIMIT_MESSAGES: '60/60',
};

type Variables = typeof variables;
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

/** The configuration, each variable under its name in camelCase. */
export type Config = { [Name in keyof Variables as CamelCase<Name>]: z.output<Variables[Name]> };
/** What createCollaborationServer takes: the same, all optional, limits written `points/seconds`. */
export type ConfigOptions = { [Name in keyof Variables as CamelCase<Name>]?: z.input<Variables[Name]> | undefined };

/** Says which variable makes no sense, and why. Stops the start. */
export class ConfigError extends Error {}

/**
 * The configuration that the environment gives; `NAME_FILE` names a file that holds the value of `NAME`. An empty value
 * counts as not set, but for what keeps others out. Throws ConfigError.
 */
export function configFromEnvironment(environment: Record<string, string | undefined>): Config {
  function given(name: string): string | undefined {
    const value = environment[name]?.trim();
    const file = environment[`${name}_FILE`]?.trim();
    if (value && file) throw new ConfigError(`${name}_FILE: ${name} is set, too`);
    if (file === '' && !value && locks.includes(name)) throw empty(`${name}_FILE`);
    const text = file ? readValue(name, file) : value;
    return text === '' && !locks.includes(name) ? undefined : text;
  }
  return parse((name) => given(name) ?? (name === 'REDIS_URL' ? given('REDISCLOUD_URL') : undefined));
}

/** The configuration that options give, defaults for the rest. Throws ConfigError. */
export function configFromOptions(options: ConfigOptions): Config {
  const values = options as Record<string, unknown>;
  return parse((name) => values[camelCase(name)]);
}

function parse(given: (name: string) => unknown): Config {
  const preset = given('LIMITS') === 'strict' ? strict : {};
  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(variables)) {
    const value = given(name);
    if (value === '' && locks.includes(name)) throw empty(name);
    const parsed = schema.safeParse(value ?? preset[name]);
    if (!parsed.success) throw new ConfigError(`${name}: ${parsed.error.issues[0]?.message}${shown(name, value)}`);
    config[camelCase(name)] = parsed.data;
  }
  checkSecrets(config as Config);
  return config as Config;
}

function empty(name: string): ConfigError {
  return new ConfigError(`${name}: set, but empty; leave it out, or fill it in`);
}

function checkSecrets({ jwtSecret = [], jwtSecretMinBytes: least, webhookUrl, webhookSecret = [] }: Config): void {
  const advice = 'make one with: openssl rand -hex 32';
  for (const bytes of jwtSecret.map((secret) => Buffer.byteLength(secret))) {
    if (bytes >= least) continue;
    throw new ConfigError(`JWT_SECRET: has ${bytes} bytes, and JWT_SECRET_MIN_BYTES is ${least}; ${advice}`);
  }
  if (webhookUrl !== undefined && webhookSecret.length === 0) {
    throw new ConfigError(`WEBHOOK_SECRET: not set, and WEBHOOK_URL is told nothing without a signature; ${advice}`);
  }
  for (const bytes of webhookSecret.map((secret) => Buffer.byteLength(secret))) {
    if (bytes >= leastWebhookSecret) continue;
    throw new ConfigError(
      `WEBHOOK_SECRET: has ${bytes} bytes, and can be guessed below ${leastWebhookSecret}; ${advice}`,
    );
  }
}

function readValue(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${name}_FILE: ${(error as Error).message}`);
  }
}

/** What was given, as far as it may be seen. */
function shown(name: string, value: unknown): string {
  if (secrets.includes(name)) return '';
  const visible = name.endsWith('_URL') ? [value].flat().map(address).join() : value;
  return ` (got ${JSON.stringify(visible) ?? 'nothing'})`;
}

/** Of what is no good as a URL, perhaps in all of its parts: neither who logs in nor what is asked. */
function address(url: unknown): string {
  return String(url)
    .replace(/^(\s*\w+:\/\/)?.*@/s, '$1…@')
    .replace(/\?.*$/s, '?…');
}

/** What the paths of all that is asked over HTTP begin with, and where Socket.IO is. */
export interface Paths {
  basePath: string;
  socketPath: string;
}

/** Those that are configured; `fallback` is the base where none is. */
export function pathsOf({ basePath, socketPath }: Pick<Config, 'basePath' | 'socketPath'>, fallback = ''): Paths {
  const base = basePath ?? fallback;
  return { basePath: base, socketPath: socketPath ?? `${base}/socket.io` };
}

/** Strikes out who logs in, and how, in the URLs of a text. */
export function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/)[^\s"']{0,4096}@/g, '$1…@');
}

function isPublic({ username, password }: URL): boolean {
  return username === '' && password === '';
}

function unescaped(item: string): string {
  return item.replaceAll('\\,', ',');
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
