import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whom a request comes from, as limits and caps count: an IPv4 address, or the first 64 bits of an IPv6 one, which is
 * what one customer gets. Of `X-Forwarded-For` the entry that the outermost of `hops` proxies wrote is believed, counted
 * from the right: what stands left of it anybody can forge.
 */
export function addressOf(request: IncomingMessage, hops: number): string {
  const peer = request.socket.remoteAddress ?? '';
  if (hops === 0) return networkOf(peer);
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const entries = forwarded.map((entry) => entry.trim()).filter((entry) => entry !== '');
  return networkOf(entries.at(-hops) ?? entries[0] ?? peer);
}

/**
 * The site that an address belongs to, as far as an address tells: the first 48 bits of an IPv6 one, or 24 of an IPv4
 * one. Whoever has one address of a site may well have them all.
 */
export function siteOf(address: string): string {
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  return address.includes(':') ? `${address.split(':').slice(0, 3).join(':')}::/48` : address;
}

/** Proxies write `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1` or `[2001:db8::1]:4711`. */
function networkOf(entry: string): string {
  const bracketed = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1];
  const address = (bracketed ?? entry).replace(/^::ffff:(?=\d+\.)/i, '').replace(/^([\d.]+):\d+$/, '$1');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return 'unknown';
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = tail.split(':').filter((group) => group !== '');
  const groups = [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** What proxies add: each has its own way of saying so. */
const forwarding = /^(forwarded|via|x-forwarded-.*|x-real-ip|cf-connecting-ip|true-client-ip)$/;

/** Whether a request was made on this machine, and by no proxy for somebody else. */
export function isLocal({ socket, headers }: IncomingMessage): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const isForwarded = Object.keys(headers).some((name) => forwarding.test(name));
  return !isForwarded && (peer === '::1' || peer.startsWith('127.'));
}
