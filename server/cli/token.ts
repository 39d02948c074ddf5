import { Command, InvalidArgumentError } from 'commander';
import { type Role, roles } from '../../shared/rooms.ts';
import { signToken } from '../access/signing.ts';
import { configFromEnvironment } from '../config.ts';

export const tokenCommand = new Command('token')
  .description('Print a token, signed with JWT_SECRET (the first of several) or with the demo secret in DATA_DIR.')
  .requiredOption('-s, --sub <user>', 'who it is for')
  .option(
    '-r, --rooms <grants>',
    `rooms and roles: 'song:42=editor,song:*=viewer', or the claim as JSON`,
    parseGrants,
    {},
  )
  .option('-n, --name <name>', 'the name that others see')
  .option('-o, --org <tenant>', 'the tenant, claim org_id')
  .option('--scope <scopes>', 'for the HTTP API: publish, admin')
  .option('-e, --expires <time>', 'how long it is valid, such as 15m, 8h or 30d (default: for ever)')
  .addHelpText('after', `\nExample:\n  tutti token --sub ada --name Ada --rooms 'song:*=editor' --expires 8h`)
  .action(({ sub, rooms, name, org, scope, expires }: TokenOptions) => {
    const content = { sub, rooms, ...(name && { name }), ...(org && { org_id: org }), ...(scope && { scope }) };
    console.log(signToken(configFromEnvironment(process.env), content, expires));
  });

interface TokenOptions {
  sub: string;
  rooms: Record<string, Role>;
  name?: string;
  org?: string;
  scope?: string;
  expires?: string;
}

function parseGrants(value: string): Record<string, Role> {
  const pairs = value.trim().startsWith('{') ? Object.entries(parseJson(value)) : value.split(',').map(parsePair);
  return Object.fromEntries(pairs.map(([pattern, role]) => [pattern, parseRole(role)]));
}

function parsePair(pair: string): [string, unknown] {
  const at = pair.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected room=role, got '${pair}'.`);
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function parseRole(role: unknown): Role {
  const known = roles.find((each) => each === role);
  if (!known) throw new InvalidArgumentError(`no role '${role}'; there are ${roles.join(', ')}.`);
  return known;
}

function parseJson(value: string): object {
  try {
    return JSON.parse(value) as object;
  } catch {
    throw new InvalidArgumentError('not valid JSON.');
  }
}
