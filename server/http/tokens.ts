import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import { type Identity, userKeyOf } from '../access/identity.ts';
import type { Permissions } from '../access/permissions.ts';
import { addressOf } from '../door/addresses.ts';
import type { HttpServices } from './services.ts';

/** What routes know of a request besides Hono's own: the connection that it came by, and who asks. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: { identity: Identity };
}

/** What a token may be allowed to do over HTTP, by its claim `scope`. */
export type Scope = 'admin' | 'publish';

/** What balancers ask: whoever shares their address does not make the server look dead. */
const probes = ['/api/v1/health', '/api/v1/ready'];

/** Reads who asks from `Authorization`. Refuses `unauthorized`. */
export function createTokens({ authenticate, consume, config: { trustProxyHops } }: HttpServices) {
  async function identityOf(context: Context<HttpEnv>): Promise<Identity> {
    const token = bearerOf(context);
    const address = addressOf(context.env.incoming, trustProxyHops);
    try {
      const identity = await authenticate({ token, headers: context.env.incoming.headers, address });
      context.set('identity', identity);
      return identity;
    } catch (error) {
      if (token !== undefined) await consume('requests', address);
      throw error;
    }
  }
  /** Takes from what a user may do; administrators are not counted. Refuses `rate_limited`. */
  async function count(context: Context<HttpEnv>, limit: 'joins' | 'operations', amount: number): Promise<void> {
    const identity = context.get('identity');
    if (amount > 0 && !hasScope(identity, 'admin')) await consume(limit, userKeyOf(identity), amount);
  }
  return {
    identityOf,
    /** Who asks, as the audit log has it. */
    by(context: Context<HttpEnv>): { by: string; org_id: string; address: string } {
      const { user_id, org_id } = context.get('identity');
      return { by: user_id, org_id, address: addressOf(context.env.incoming, trustProxyHops) };
    },
    /** Counts, by address, requests of nobody in particular; those whose token is refused count too. */
    anonymous: (async (context, next) => {
      const { path } = context.req;
      const isAnonymous = context.req.header('authorization') === undefined || !path.startsWith('/api/');
      if (isAnonymous && !probes.includes(path))
        await consume('requests', addressOf(context.env.incoming, trustProxyHops));
      await next();
    }) satisfies MiddlewareHandler<HttpEnv>,
    /** Lets everyone in who has a token; what they read counts as what they read over a connection. */
    signedIn: (async (context, next) => {
      await identityOf(context);
      await count(context, 'joins', 1);
      await next();
    }) satisfies MiddlewareHandler<HttpEnv>,
    /** Lets everyone in who has a token; what they write counts as what they write over a connection. */
    writing: (async (context, next) => {
      await identityOf(context);
      await count(context, 'operations', 1);
      await next();
    }) satisfies MiddlewareHandler<HttpEnv>,
    count,
    /** Lets in whose token has one of the scopes. */
    withScope(...scopes: Scope[]): MiddlewareHandler<HttpEnv> {
      return async (context, next) => {
        const identity = await identityOf(context);
        if (!scopes.some((scope) => hasScope(identity, scope))) {
          throw new Refusal('forbidden', `needs the scope ${scopes.join(' or ')} in the token's claim scope`);
        }
        await next();
      };
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

/** Administrators do in their tenant's rooms what hosts do. */
export async function roleOf(permissions: Permissions, identity: Identity, room_id: RoomId): Promise<Role> {
  return hasScope(identity, 'admin') ? 'host' : permissions.roleIn(identity, room_id);
}

/** The same where a guest has none: it says nothing of who else may come. */
export async function memberIn(permissions: Permissions, identity: Identity, room_id: RoomId): Promise<Role> {
  if (identity.guest) throw new Refusal('forbidden', 'guests invite nobody, and send nobody away');
  return roleOf(permissions, identity, room_id);
}

/** What was sent as `Authorization: Bearer`. */
export function bearerOf(context: Context<HttpEnv>): string | undefined {
  return context.req.header('authorization')?.replace(/^Bearer */i, '');
}

export function hasScope({ scopes }: Identity, scope: Scope): boolean {
  return scopes.includes(scope);
}
