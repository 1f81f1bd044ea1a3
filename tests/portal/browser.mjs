// Debian's Chromium on the running portal, for the tests of what people see and do.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { ROOT, sharedStack } from '../e2e/stack.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'];
export const BUILT = join(ROOT, 'build/portal');
export const CHROMIUM = process.env.YAOSHI_CHROMIUM ?? '/usr/bin/chromium-headless-shell';
const SCREENSHOTS = process.env.YAOSHI_SCREENSHOTS ?? '';

/** The stack (the shared one, unless a test brings its own), whose gateway serves the portal, and one browser, which close() ends. */
export class Portal {
  static async open(own) {
    const stack = own ?? await sharedStack();
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return Object.assign(new Portal(), { stack, browser, url: stack.url });
  }

  async close() {
    await this.browser?.close();
  }

  /** A page of its own, not signed in. `page.problems` gathers what the console and the page complain of. */
  async page({ width = 1440, height = 900, theme = 'light', language = 'zh-CN', large = false } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true });
    await context.addInitScript(([look, lang]) => {
      if (!localStorage.getItem('yaoshi.look')) localStorage.setItem('yaoshi.look', look);
      if (!localStorage.getItem('yaoshi.language')) localStorage.setItem('yaoshi.language', lang);
    }, [JSON.stringify({ theme, large }), language]);
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    page.problems = [];
    page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
    page.on('pageerror', (error) => page.problems.push(String(error)));
    return page;
  }

  /** A page that `account` has signed in on, at `path`. */
  async signedIn(account, path = '/', options = {}) {
    const page = await this.page(options);
    await page.goto(this.url + path);
    await this.signIn(page, account);
    return page;
  }

  async signIn(page, account) {
    await page.locator('input[name=account]').fill(account);
    await page.locator('input[name=password]').fill(this.stack.accounts[account]);
    await page.locator('.sign-in button[type=submit]').click();
    await page.locator('header.head').waitFor();
  }
}

/** Goes to a path as a link of the portal would: nothing is loaded anew but the page. */
export async function visit(page, path) {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);
}

/** Fails with the rules and places where the page breaks WCAG 2.2 AA. */
export async function assertAccessible(page, what) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => { // Only what is wrong is described: to describe each node that is right takes longer than to check it.
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] })).violations;
  });
  const found = violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map((n) => `    ${n.target.join(' ')}  ${n.failureSummary?.split('\n')[1] ?? ''}`).join('\n')}`);
  assert.deepEqual(found, [], `${what}:\n${found.join('\n')}`);
}

export function assertQuiet(page, what) {
  assert.deepEqual(page.problems, [], `${what}: the console complains`);
}

/** Milliseconds that each scroll of a box and the two frames after it cost the page's own thread, in its processor time: other programs on the machine do not count. */
export async function work(page, box, scrolls) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => (await cdp.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration').value * 1000;
  const frame = (by) => page.evaluate(async ([selector, pixels]) => {
    document.querySelector(selector).scrollTop += pixels;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, [box, by]);
  await frame(400);
  const costs = [];
  for (const by of scrolls) {
    const before = await worked();
    await frame(by);
    costs.push(await worked() - before);
  }
  return costs;
}

/** A picture as WebP, a few dozen kilobytes: drawn anew by a page that is under nobody's content policy. */
export async function toWebp(context, png) {
  const blank = await context.newPage();
  const url = await blank.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.8);
  }, `data:image/png;base64,${png.toString('base64')}`);
  await blank.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/** Keeps a picture of a screen when a run asks for them: YAOSHI_SCREENSHOTS names the folder, docs/screenshots for the README's. */
export async function picture(page, name) {
  if (!SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await writeFile(join(SCREENSHOTS, `${name}.webp`), await toWebp(page.context(), await page.screenshot()));
}
