// Lighthouse, as it measures a desktop, on the overview of somebody who is signed in. Accessibility must be whole; the performance is told, because the
// machine that measures it may be busy.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import lighthouse, { desktopConfig } from 'lighthouse';
import { chromium } from 'playwright-core';
import { eventually, sharedStack } from '../e2e/stack.mjs';
import { CHROMIUM, FLAGS, Portal } from './browser.mjs';

let stack;
let profile;
let context;
let port;

before(async () => {
  stack = await sharedStack();
  profile = await mkdtemp(join(tmpdir(), 'portal-lighthouse-'));
  context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: [...FLAGS, '--remote-debugging-port=0'] });
  const said = await eventually('the browser says its port', () => readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => ''));
  port = Number(said.split('\n')[0]);
});
after(async () => {
  await context?.close();
  await rm(profile, { recursive: true, force: true });
});

test('the overview is wholly accessible to Lighthouse, and quick', async (t) => {
  const page = await context.newPage();
  const url = `${stack.url}/?as_of=2022-04-20`;
  await page.goto(url);
  await Portal.prototype.signIn.call({ stack }, page, 'city-office');
  const { lhr } = await lighthouse(url, { port, disableStorageReset: true, onlyCategories: ['performance', 'accessibility', 'best-practices'], maxWaitForLoad: 10000, logLevel: 'silent' }, desktopConfig);
  const score = (name) => Math.round(lhr.categories[name].score * 100);
  t.diagnostic(`performance ${score('performance')}, first contentful paint ${lhr.audits['first-contentful-paint'].displayValue}, largest ${lhr.audits['largest-contentful-paint'].displayValue}, blocked ${lhr.audits['total-blocking-time'].displayValue}, shift ${lhr.audits['cumulative-layout-shift'].displayValue}`);
  t.diagnostic(`best practices ${score('best-practices')}`);
  const wrong = lhr.categories.accessibility.auditRefs.filter(({ id }) => lhr.audits[id].score === 0).map(({ id }) => lhr.audits[id].title);
  assert.deepEqual(wrong, []);
  assert.equal(score('accessibility'), 100);
  assert.match(lhr.finalDisplayedUrl, /as_of=2022-04-20/);
  assert.equal(lhr.audits['errors-in-console'].score, 1, 'no complaint in the console');
});
