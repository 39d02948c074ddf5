import { type Browser, type BrowserContext, chromium } from 'playwright-core';

let launched: Promise<Browser> | undefined;

/** Chromium without a desktop's windows and preferences: the same engine for half of the CPU. */
const engine = '/usr/bin/chromium-headless-shell';
/** The one that people have. */
export const wholeChromium = '/usr/bin/chromium';

/** Debian's Chromium, started with the first who asks. It ends with its process. */
export function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? engine,
    // A name that is no loopback address: from there pages come without TLS, as from another machine.
    args: [
      '--host-resolver-rules=MAP tutti.test 127.0.0.1',
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  return launched;
}

/** What pages throw or complain about, from now on; not of the network, where that may fail, nor that there is no TLS. */
export function complaintsOf(context: BrowserContext, mayFail = false): string[] {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    const isOfNetwork = /Failed to load resource|WebSocket connection|net::ERR/.test(message.text());
    const isOfTls = /origin was untrustworthy|origin-keyed/.test(message.text());
    if (!isOfTls && !(mayFail && isOfNetwork)) complaints.push(message.text());
  });
  return complaints;
}
