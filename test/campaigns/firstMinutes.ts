/**
 * `npx tsx test/campaigns/firstMinutes.ts`: how long it takes from nothing to two windows with each other's cursor, by
 * two commands (`git clone`, `npm ci && npm start`) and a click on the address that the second one prints.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startProcess, temporaryDirectory } from '../support/process.ts';

const folder = join(temporaryDirectory(), 'tutti');
const began = performance.now();
const took = (what: string) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}`);

execFileSync('git', ['clone', '--quiet', process.cwd(), folder], { stdio: 'inherit' });
took('git clone');
const environment = { PORT: '0', JWT_SECRET: undefined, JWT_PUBLIC_KEY: undefined, npm_config_fund: 'false' };
const server = await startProcess(['sh', '-c', `cd ${folder} && npm ci --silent && exec npm start`], environment);
took('npm ci && npm start');

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext();
const [one, other] = [await context.newPage(), await context.newPage()];
for (const page of [one, other]) await page.goto(server.url);
for (const page of [one, other]) await page.locator('.cm-line').nth(8).click();
for (const page of [one, other]) await page.locator('.tutti-cursor').waitFor();
took('two windows, each with the cursor of the other');
await browser.close();
await server.stop();
