import type { Client } from '../../index.ts';
import { basePath } from '../server.ts';
import { thisWindow } from '../visit/kept.ts';

/** Browsers that have trusted types run scripts of such addresses alone. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(input: string): string };
}

const place = 'tutti reloaded';

/** Has the page open without a network from now on; only over TLS, and where a server has it. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || document.documentElement.dataset.basePath === undefined) return;
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const path = `${basePath}/sw.js`;
  // Whatever is asked of it, the policy lets nothing run but this.
  const policy = trustedTypes?.createPolicy('tutti', { createScriptURL: () => path });
  const register = () =>
    void navigator.serviceWorker
      .register(policy?.createScriptURL('') ?? path, { scope: `${basePath}/`, updateViaCache: 'none' })
      .catch(() => {});
  // First what is to be seen.
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}

/** An old page gives way to a newer server's, once in a row: what it has not sent, the newer one sends. */
export function reloadForNewer(client: Client): void {
  client.on('connected', () => thisWindow.remove(place));
  client.on('reload', async () => {
    if (thisWindow.get(place) !== undefined) return;
    thisWindow.set(place, 'once');
    const names = await caches.keys().catch(() => []);
    await Promise.all(names.filter((name) => name.startsWith('tutti ')).map((name) => caches.delete(name)));
    location.reload();
  });
}
