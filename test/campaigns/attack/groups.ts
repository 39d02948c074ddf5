import type { Attack, Store } from './attack.ts';

/** How many attacks are made on one server, one after the other. */
const most = 20;

/** Attacks that one server takes over one store. */
export interface Group {
  store: Store;
  attacks: Attack[];
}

/** Attacks that need the same around them, together; the others on servers of their own. */
export function groupsOf(attacks: readonly Attack[], store: Store): Group[] {
  const alike = new Map<string, Group>();
  for (const attack of attacks) {
    const { environment, authorize, authenticate, webhooks, jwks, kinds, redis } = attack.surroundings ?? {};
    // A key that nobody has seen yet is new once.
    const own = jwks && attack.name;
    const key = JSON.stringify([
      environment,
      authorize,
      authenticate,
      webhooks,
      kinds,
      own,
      store === 'redis' && redis,
    ]);
    const group = alike.get(key) ?? { store, attacks: [] };
    group.attacks.push(attack);
    alike.set(key, group);
  }
  return [...alike.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.attacks.length / most) }, (_, index) => ({
      store,
      attacks: group.attacks.slice(index * most, (index + 1) * most),
    })),
  );
}
