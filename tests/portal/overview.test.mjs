// Signing in, the overview, and travelling in time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

let portal;
before(async () => { portal = await Portal.open(); });
after(async () => { await portal.close(); });

const figure = (page, key) => page.locator(`[data-figure="${key}"]`);

test('a wrong password is refused in words, and the right one opens the page that was asked for', async () => {
  const page = await portal.page();
  await page.goto(`${portal.url}/lists?as_of=2022-04-20`);
  await assertAccessible(page, 'sign-in');
  await page.locator('input[name=account]').fill('city-office');
  await page.locator('input[name=password]').fill('not the password');
  await page.locator('.sign-in button[type=submit]').click();
  await page.locator('.sign-in [role=alert]').waitFor();
  page.problems.length = 0; // Chromium itself logs the 401 that was asked for.
  await portal.signIn(page, 'city-office');
  assert.equal(new URL(page.url()).pathname, '/lists');
  assertQuiet(page, 'sign-in');
  await page.context().close();
});

test('a session that ends keeps what was typed: sign in over the page, and the work goes on', async () => {
  const page = await portal.signedIn('city-office', '/import');
  await page.locator('input[name=reason]').fill('还没有保存的话');
  await page.context().clearCookies();
  await page.locator('input[name=file]').setInputFiles({ name: 'empty.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('no workbook') });
  await page.locator('section.card button[type=submit]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  await assertAccessible(page, 'session has ended');
  await dialog.locator('input[name=password]').fill(portal.stack.accounts['city-office']);
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.locator('input[name=reason]').inputValue(), '还没有保存的话');
  await page.locator('section.card [role=alert]').waitFor(); // The upload went on, and is no workbook.
  await page.getByRole('button', { name: '退出', exact: true }).click();
  await page.locator('.sign-in').waitFor();
  assert.equal((await page.context().cookies()).filter((cookie) => cookie.value).length, 0, 'signed out');
  await page.context().close();
});

test('every role sees its overview without a complaint', async () => {
  for (const account of ['city-office', 'county-longxi', 'dept-01', 'leader-01', 'discipline', 'congress', 'auditor']) {
    const page = await portal.signedIn(account, '/?as_of=2022-04-20');
    await figure(page, 'lists.invest-2022.projects').waitFor();
    assertQuiet(page, account);
    await page.context().close();
  }
});

test('2022-02-19 reads 725, today is a click away, and the past cannot be edited', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-02-19');
  assert.equal(await figure(page, 'lists.invest-2022.projects').innerText(), '725 项');
  assert.match(await page.locator('.past').innerText(), /2022-02-19.*只读/s);
  await page.reload();
  await page.locator('.past').waitFor();
  await page.locator('.past button').click();
  await page.locator('.past').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('as_of'), null);
  await page.locator('input[name=as_of]').fill('2022-04-20');
  await page.locator('input[name=as_of]').blur();
  await page.locator('.past').waitFor();
  await page.locator('[data-figure="lists.invest-2022.projects"]', { hasText: '737' }).waitFor();
  await page.locator('nav a[href^="/lists"]').click();
  assert.equal(new URL(page.url()).searchParams.get('as_of'), '2022-04-20', 'the date goes with the person');
  assertQuiet(page, 'time travel');
  await page.context().close();
});

test('every figure of the overview opens and adds up', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await figure(page, 'lists.invest-2022.projects').waitFor();
  const keys = await page.locator('[data-figure]').evaluateAll((nodes) => nodes.map((node) => node.dataset.figure));
  assert.ok(keys.length >= 15, `${keys.length} figures`);
  for (const key of keys) {
    await figure(page, key).click();
    const verdict = page.locator('[data-adds-up], [data-differs]');
    await verdict.waitFor();
    assert.ok(await verdict.evaluate((node) => 'addsUp' in node.dataset), `${key}: ${await verdict.innerText()}`);
    if (key === 'lists.invest-2022.planned_investment') {
      await assertAccessible(page, 'figure');
    }
    await page.keyboard.press('Escape');
    await verdict.waitFor({ state: 'detached' });
  }
  assertQuiet(page, 'figures');
  await page.context().close();
});

test('the overview is accessible in both themes, both languages, large letters and on a phone', async () => {
  for (const options of [{ theme: 'light' }, { theme: 'dark', language: 'en' }, { theme: 'dark', large: true }, { language: 'en', width: 390, height: 844 }]) {
    const page = await portal.signedIn('city-office', '/?as_of=2022-04-20', options);
    await page.locator('[data-part=regions] [data-region]').first().waitFor();
    await page.locator('[data-part=fields] svg').waitFor();
    await assertAccessible(page, JSON.stringify(options));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${JSON.stringify(options)}: ${wide} px too wide`);
    if (options.theme === 'light') await picture(page, 'overview');
    assertQuiet(page, JSON.stringify(options));
    await page.context().close();
  }
});

test('a part that does not come is named, the others stand, and it comes back by itself on the next try', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await page.locator('[data-part=regions] [data-region]').first().waitFor();
  await page.route('**/v1/projects:funnel*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":503,"message":"registry is away"}}' }));
  await page.locator('.choice select').first().selectOption('lists/plan-2023');
  await page.locator('[data-part=funnel] .part-note').waitFor();
  assert.equal(await page.locator('[data-part=regions] .part-note').count(), 0);
  await page.unroute('**/v1/projects:funnel*');
  await page.locator('.choice select').first().selectOption('lists/major-145');
  await page.locator('[data-part=funnel] .part-note').waitFor({ state: 'detached' });
  await page.context().close();
});

test('the hall mode takes the head away and gives it back', async () => {
  const page = await portal.signedIn('leader-01', '/?as_of=2022-04-20');
  await page.getByRole('button', { name: '大屏模式' }).click();
  await page.locator('main.hall').waitFor();
  assert.equal(await page.locator('header.head').count(), 0);
  await page.getByRole('button', { name: '退出大屏' }).click();
  await page.locator('header.head').waitFor();
  assertQuiet(page, 'hall');
  await page.context().close();
});
