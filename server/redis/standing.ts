import type { Node } from './connection.ts';

/** Whose history a server goes on with. */
export interface Standing {
  /** Another one after each restart and each failover. */
  server: string;
  /** Whether nothing that was acknowledged can have been lost on the way to this server. */
  trusted: boolean;
  /** Until then nobody writes, by monotonic(): those who know more than this server come first. */
  settlesAt: number;
}

interface Server {
  server: string;
  /** It answers a write when that is on disk. */
  flushes: boolean;
  /** It was a replica, and may lack what its master had acknowledged last. */
  promoted: boolean;
}

/** Asks a server who it is. Throws an Error where it is a replica. */
export async function askServer(node: Node): Promise<Server> {
  const [info, flushes] = await Promise.all([node.sendCommand(['INFO', 'replication']), flushesAlways(node)]);
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(String(info))?.[1] ?? '';
  if (field('role') !== 'master') throw new Error('READONLY the server is a replica');
  return { server: field('master_replid'), flushes, promoted: !/^0*$/.test(field('master_replid2')) };
}

async function flushesAlways(node: Node): Promise<boolean> {
  try {
    const config = (await node.sendCommand(['CONFIG', 'GET', 'append*'])) as Record<string, string>;
    return config.appendonly === 'yes' && config.appendfsync === 'always';
  } catch (error) {
    // Some providers do not let it be asked.
    if (error instanceof Error && /^(ERR|NOPERM)/.test(error.message)) return false;
    throw error;
  }
}
