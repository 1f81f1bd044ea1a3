// Signing in, the overview, and travelling in time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

let portal;
before(async () => { portal = await Portal.open(); });
after(async () => { await portal.close(); });

const figure = (page, key) => page.locator(`[data-figure="${key}"]`);

/** Waits until no part of the page is missing: what took a service too long comes with a later try. */
async function whole(page) {
  await page.locator('[data-part=figures] [data-figure]').first().waitFor();
  await page.locator('.part-note').first().waitFor({ state: 'detached', timeout: 60000 });
}

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

/** Opens one number after the other, from a list that several pages share. */
async function openAll(page, selectors) {
  for (let selector = selectors.shift(); selector; selector = selectors.shift()) {
    await page.locator(selector).click();
    const verdict = page.locator('[data-adds-up], [data-differs]');
    await verdict.waitFor();
    assert.ok(await verdict.evaluate((node) => 'addsUp' in node.dataset), `${selector}: ${await verdict.innerText()}`);
    await page.keyboard.press('Escape');
    await verdict.waitFor({ state: 'detached' });
  }
  assertQuiet(page, 'figures');
}

/** Of the numbers that are parts of figures ("stages.TOTAL.late"), those of the first and the last group of each part. */
function sampleOf(numbers) {
  const groupOf = (number) => number.slice(0, number.lastIndexOf('.'));
  const groups = [...new Set(numbers.map(groupOf))];
  const partOf = (group) => group.split('.')[0];
  const ends = groups.filter((group, i) => partOf(group) !== partOf(groups[i - 1] ?? '') || partOf(group) !== partOf(groups[i + 1] ?? ''));
  return numbers.filter((number) => ends.includes(groupOf(number)));
}

test('every figure of the overview, and a sample of each of its parts, opens and adds up', async () => {
  const pages = await Promise.all([1, 2, 3].map(() => portal.signedIn('city-office', '/?as_of=2022-04-20')));
  for (const page of pages) await whole(page);
  const names = (attribute) => pages[0].locator(`[data-${attribute}]`).evaluateAll((nodes, name) => nodes.map((node) => node.dataset[name]), attribute);
  const figures = await names('figure');
  const numbers = sampleOf(await names('number'));
  assert.ok(figures.length >= 20, `${figures.length} figures`);
  for (const part of ['starts_late', 'procedures_due', 'funnel.', 'fields.', 'stages.TOTAL.', 'departments.', 'regions.']) assert.ok(numbers.some((number) => number.startsWith(part)), part);
  const selectors = [...figures.map((key) => `[data-figure="${key}"]`), ...numbers.map((number) => `[data-number="${number}"]`)];
  await Promise.all(pages.map((page) => openAll(page, selectors)));
  assert.deepEqual(selectors, []);
  for (const page of pages) await page.context().close();
});

test('a figure opens with its source, its definition and how it went', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await whole(page);
  assert.match(await page.locator('[data-part=figures] .figure', { has: figure(page, 'lists.invest-2022.projects') }).innerText(), /同比 \+69 项/, 'against the list of the year before');
  await figure(page, 'lists.invest-2022.planned_investment').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('[data-trend] svg').waitFor();
  await dialog.locator('[data-adds-up]').waitFor();
  assert.match(await dialog.innerText(), /口径[^]*项目库[^]*2022-04-20[^]*走势[^]*2022-02-28/);
  await page.keyboard.press('Escape');
  await page.locator('[data-number="starts_late"]').click();
  await dialog.locator('[data-adds-up]').waitFor();
  assert.match(await dialog.innerText(), /拟开工日期早于查询日期/);
  assert.equal(await dialog.locator('[data-trend], code').count(), 0, 'no figure of its own');
  await dialog.getByRole('link', { name: '在清单中打开' }).click();
  await page.locator('.virtual .body a').first().waitFor();
  assertQuiet(page, 'figure');
  await page.context().close();
});

test('the overview is accessible in both themes, both languages, large letters and on a phone', async () => {
  for (const options of [{ theme: 'light' }, { theme: 'dark', language: 'en' }, { theme: 'dark', large: true }, { language: 'en', width: 390, height: 844 }]) {
    const page = await portal.signedIn('city-office', '/?as_of=2022-04-20', options);
    await page.locator('[data-part=regions] [data-region]').first().waitFor();
    await page.locator('[data-part=fields] [data-field]').first().waitFor();
    await assertAccessible(page, JSON.stringify(options));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${JSON.stringify(options)}: ${wide} px too wide`);
    if (options.theme === 'light') await picture(page, 'overview');
    assertQuiet(page, JSON.stringify(options));
    await page.context().close();
  }
});

test('the overview is one request', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await whole(page);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();
  await page.locator('[data-part=warnings]').waitFor();
  assert.deepEqual(asked.filter((path) => /^\/v1\/(?!sessions|changes|map)/.test(path)), ['/v1/views/overview'], 'beside what the page is drawn with');
  await page.context().close();
});

test('another list is chosen for all parts, and stays in the address', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await page.locator('[data-part=approvals] [data-rate]').first().waitFor();
  const list = page.locator('select[name=list]');
  assert.equal(await list.inputValue(), 'lists/invest-2022', "the year's fullest");
  await list.selectOption('lists/plan-2023');
  await page.locator('[data-part=figures] [data-figure="lists.plan-2023.projects"]').waitFor();
  assert.equal(await page.locator('[data-part=approvals] [data-rate]').count(), 0, 'it has no approvals');
  assert.equal(new URL(page.url()).searchParams.get('list'), 'lists/plan-2023');
  await list.selectOption('');
  await page.locator('[data-part=figures]').waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('[data-part=lists] [data-figure="lists.plan-2023.projects"]').waitFor();
  assert.equal(await list.inputValue(), '', 'all projects');
  assertQuiet(page, 'choice');
  await page.context().close();
});

test('a tile leads to the page of its region, and so does a project', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await page.locator('[data-part=regions] [data-region="621122"]').click();
  await page.locator('main h1', { hasText: '陇西县' }).waitFor();
  assert.equal(await figure(page, 'lists.invest-2022.projects').innerText(), '115 项');
  assert.equal(await page.locator('[data-part=regions]').count(), 0, 'it has no regions below it');
  assert.equal(await page.locator('[data-part=largest] tbody tr').count(), 20);
  await page.locator('[data-number="funnel.PREPARING.projects"]').click();
  await page.locator('[data-adds-up]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-part=largest] a').first().click();
  await page.locator('[data-fact=region] a').click();
  await page.waitForURL(/\/regions\/621122\?as_of=2022-04-20/);
  await page.locator('main h1', { hasText: '陇西县' }).waitFor();
  assertQuiet(page, 'region');
  await page.context().close();
});

test('a county opens its own page and nobody else\'s', async () => {
  const page = await portal.signedIn('county-longxi', '/regions/621122?as_of=2022-04-20');
  await figure(page, 'lists.invest-2022.projects').waitFor();
  assertQuiet(page, 'its own');
  await page.goto(`${portal.url}/regions/621125`);
  await page.locator('[data-state=absent]').waitFor();
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
