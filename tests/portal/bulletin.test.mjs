// The page of the bulletin: what people read, open and take away.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

const APRIL = '/bulletin?as_of=2022-04-20';
let portal;
before(async () => { portal = await Portal.open(); });
after(async () => { await portal.close(); });

test('each number of the bulletin opens into its definition, and its rows add up', async () => {
  const page = await portal.signedIn('city-office', APRIL);
  const reserve = page.locator('[data-paragraph=reserve]');
  await reserve.locator('[data-figure="lists.invest-2022.projects"]').waitFor();
  assert.match(await reserve.innerText(), /737项、总投资2611\.6亿元、当年计划完成投资766\.7亿元/);
  await picture(page, 'bulletin');
  await reserve.locator('[data-figure="lists.invest-2022.projects"]').click();
  await page.locator('dialog[open] [data-adds-up]').waitFor();
  assert.match(await page.locator('dialog[open] dd').first().innerText(), /已纳入/);
  assertQuiet(page, 'bulletin');
  await page.context().close();
});

test('the bulletin is taken away as a document and as a page', async () => {
  const page = await portal.signedIn('city-office', APRIL);
  for (const [format, start] of [['DOCX', 'PK'], ['HTML', '<!DOCTYPE html>']]) {
    const coming = page.waitForEvent('download');
    await page.locator(`[data-save=${format}]`).click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), `定西市项目建设进展情况通报（2022-04-20）.${format.toLowerCase()}`);
    assert.ok((await readFile(await file.path())).toString('latin1').startsWith(start));
  }
  assertQuiet(page, 'downloads');
  await page.context().close();
});

test('a region is chosen, and the bulletin is of it; another day has its own numbers', async () => {
  const page = await portal.signedIn('city-office', APRIL);
  await page.locator('select[name=region] option[value="621122"]').waitFor({ state: 'attached' });
  await page.locator('select[name=region]').selectOption('621122');
  await page.locator('article h1', { hasText: '陇西县' }).waitFor();
  assert.match(await page.locator('[data-paragraph=reserve]').innerText(), /115项/);
  await page.goto(`${portal.url}/bulletin?as_of=2022-02-19`);
  await page.locator('[data-paragraph=reserve]', { hasText: '725' }).waitFor();
  await page.context().close();
});

test('the bulletin reads in both languages and themes, on a phone and on paper', async () => {
  for (const options of [{ theme: 'dark', language: 'en' }, { theme: 'dark' }, { language: 'en' }, { width: 390, height: 844 }]) {
    const page = await portal.signedIn('county-longxi', APRIL, options);
    await page.locator('[data-paragraph=reserve] [data-figure]').first().waitFor();
    await assertAccessible(page, JSON.stringify(options));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, 'too wide');
    assertQuiet(page, JSON.stringify(options));
    await page.context().close();
  }
  const page = await portal.signedIn('city-office', APRIL);
  await page.locator('[data-paragraph=reserve] [data-figure]').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('.only-print table').isVisible(), 'on paper the definitions follow');
  assert.ok(!(await page.locator('[data-save]').first().isVisible()));
  await page.context().close();
});

test('a missing paragraph says so, and an error offers another try', async () => {
  const page = await portal.signedIn('city-office', '/lists');
  const missing = { key: 'preapproval', heading: '二、项目前期情况', part: { part: 'figures', service: 'preapproval', state: 'MISSING', reason: 'UNAVAILABLE', as_of_time: '', since_time: '2022-04-20T00:00:00Z' }, runs: [] };
  await page.route('**/v1/views/bulletin*', async (route) => {
    const answer = await route.fetch();
    const bulletin = await answer.json();
    bulletin.paragraphs[1] = missing;
    await route.fulfill({ response: answer, json: bulletin });
  });
  await page.locator('nav a[href="/bulletin"]').click();
  await page.locator('[data-paragraph=preapproval] .part-note[data-state=MISSING]').waitFor();
  await assertAccessible(page, 'missing paragraph');
  await page.unroute('**/v1/views/bulletin*');
  await page.route('**/v1/views/bulletin*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":503,"message":"away"}}' }));
  await page.locator('select[name=region]').selectOption({ index: 1 });
  await page.locator('[data-state=error]').waitFor();
  await page.unroute('**/v1/views/bulletin*');
  await page.locator('[data-state=error] button').click();
  await page.locator('[data-paragraph=reserve]').waitFor();
  await page.context().close();
});
