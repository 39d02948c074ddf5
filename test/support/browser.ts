import { type Browser, type BrowserContext, chromium } from 'playwright-core';

let launched: Promise<Browser> | undefined;

/** Debian's Chromium, started with the first who asks. It ends with its process. */
export function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  });
  return launched;
}

/** What pages throw or complain about, from now on; not of the network, where that may fail. */
export function complaintsOf(context: BrowserContext, mayFail = false): string[] {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    const isOfNetwork = /Failed to load resource|WebSocket connection|net::ERR/.test(message.text());
    if (!(mayFail && isOfNetwork)) complaints.push(message.text());
  });
  return complaints;
}
