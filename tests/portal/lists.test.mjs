// Lists: the long table, filters, columns, subtotals, kanban, comparison, exports, adjustment orders.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertQuiet, picture, Portal, work } from './browser.mjs';

let portal;
before(async () => { portal = await Portal.open(); });
after(async () => { await portal.close(); });

const rows = (page) => page.locator('.virtual .body [role=row]');
const total = (page, count) => page.locator('.count', { hasText: `/ ${count} ` }).waitFor();

test('the list of the year on 2022-02-19 has 725 rows; a region and a filter cut it, and the address says so', async () => {
  const page = await portal.signedIn('city-office', '/lists/invest-2022?as_of=2022-02-19');
  await total(page, 725);
  await rows(page).first().waitFor();
  await page.locator('select[name=region]').selectOption('621122');
  await page.waitForURL(/region=/);
  await page.locator('input[name=title]').fill('公路');
  await page.locator('input[name=title]').blur();
  await page.waitForURL(/filter=/);
  const address = new URL(page.url()).searchParams;
  assert.equal(address.get('filter'), 'title : "公路"');
  assert.equal(address.get('region'), '621122');
  await page.locator('.count', { hasNotText: '725' }).waitFor();
  for (const text of await page.locator('.virtual .body [role=row] a').allInnerTexts()) assert.match(text, /公路/);
  assertQuiet(page, 'list');
  await page.context().close();
});

test('a word that is being typed stays when rows arrive meanwhile', async () => {
  const page = await portal.signedIn('city-office', '/lists/invest-2022?as_of=2022-02-19');
  await total(page, 725);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/entries?*', async (route) => { await held; await route.continue(); });
  await page.locator('select[name=region]').selectOption('621122');
  await page.waitForURL(/region=/);
  await page.locator('input[name=title]').fill('公路');
  release();
  await page.locator('.count', { hasNotText: '725' }).waitFor();
  await rows(page).first().waitFor();
  assert.equal(await page.locator('input[name=title]').inputValue(), '公路');
  await page.locator('input[name=title]').blur();
  await page.waitForURL(/filter=/);
  await page.context().close();
});

test('the filter builder writes AND and OR, and reads back what it wrote', async () => {
  const page = await portal.signedIn('city-office', '/lists/invest-2022?as_of=2022-04-20');
  await total(page, 737);
  await page.getByRole('button', { name: '筛选', exact: true }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByRole('button', { name: '加一个条件' }).first().click();
  await dialog.locator('.condition').nth(0).locator('select').nth(2).selectOption('PREPARING');
  await dialog.getByRole('button', { name: '加一组条件' }).first().click();
  const inner = dialog.locator('.group .group');
  for (const code of ['621122', '621125']) {
    await inner.getByRole('button', { name: '加一个条件' }).click();
    const last = inner.locator('.condition').last();
    await last.locator('select').nth(0).selectOption('region');
    await last.locator('select').nth(2).selectOption(code);
  }
  await picture(page, 'filter');
  await dialog.getByRole('button', { name: '应用' }).click();
  await page.waitForURL(/filter=/);
  assert.equal(new URL(page.url()).searchParams.get('filter'), 'stage = PREPARING AND (region = 621122 OR region = 621125)');
  await page.locator('.count', { hasNotText: '737' }).waitFor();
  await page.getByRole('button', { name: '筛选', exact: true }).click();
  assert.equal(await page.locator('dialog[open] .condition').count(), 3);
  await page.keyboard.press('Escape');
  assertQuiet(page, 'filter');
  await page.context().close();
});

test('columns are chosen and ordered; the export holds exactly what is seen', async () => {
  const page = await portal.signedIn('city-office', '/lists/invest-2022?as_of=2022-04-20&region=621125&order=total_investment_fen+desc&cols=project_code,title,total_investment_fen');
  await total(page, 63);
  assert.deepEqual((await page.locator('[role=columnheader]').allInnerTexts()).map((text) => text.replace(/[▲▼↕\s]/g, '')), ['项目代码', '项目名称', '总投资']);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /所见/ }).click()]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  assert.equal(lines[0], '\ufeff项目代码,项目名称,总投资（万元）');
  assert.equal(lines.length, 64);
  const sum = lines.slice(1).reduce((all, line) => all + Number(line.split(',').at(-1)), 0);
  assert.equal(Math.round(sum), 732000, '73.2 亿元');
  await page.getByRole('button', { name: '列', exact: true }).click();
  await page.locator('dialog[open]').getByRole('button', { name: '上移 项目名称' }).click();
  await page.locator('dialog[open]').getByRole('button', { name: '应用' }).click();
  await page.waitForURL(/cols=title/);
  const [ledger] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /XLSX/ }).click()]);
  assert.equal((await readFile(await ledger.path())).subarray(0, 2).toString(), 'PK');
  assertQuiet(page, 'columns');
  await page.context().close();
});

test('subtotals add up, the kanban shows the stages, two dates are compared', async () => {
  const page = await portal.signedIn('leader-01', '/lists/invest-2022?as_of=2022-04-20&view=groups', { theme: 'dark', language: 'en' });
  await page.locator('tfoot').waitFor();
  const counts = (await page.locator('tbody td:nth-child(2)').allInnerTexts()).map(Number);
  assert.equal(counts.reduce((a, b) => a + b, 0), 737);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /CSV/ }).click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  assert.equal(lines.length, counts.length + 2, 'the subtotals that are seen, under a heading, over their sum');
  assert.match(lines.at(-1), /^Total,737,26116000,/);
  await page.locator('select[name=by]').selectOption('BY_STAGE');
  await page.waitForURL(/by=BY_STAGE/);
  await page.locator('[data-view=kanban]').click();
  await page.locator('[data-stage=PREPARING] .card').first().waitFor();
  await picture(page, 'kanban-dark-en');
  await page.goto(`${portal.url}/lists/invest-2022/compare?from=2022-02-19&to=2022-04-20`);
  const sums = await Promise.all(['came', 'went'].map(async (key) => Number((await page.locator(`[data-sum=${key}]`).innerText()).replace(/\D/g, ''))));
  assert.equal(sums[0] - sums[1], 12, 'net +12');
  await page.goto(`${portal.url}/lists/invest-2022/adjustments`);
  await page.locator('tbody tr').first().waitFor();
  assertQuiet(page, 'lists');
  await page.context().close();
});

test('a view that was deleted by a slip is brought back', async () => {
  const page = await portal.signedIn('city-office', '/lists/invest-2022?as_of=2022-04-20&order=title');
  await total(page, 737);
  await page.getByRole('button', { name: '已存视图' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input[name=view]').fill('按名称');
  await dialog.getByRole('button', { name: '保存视图' }).click();
  await dialog.getByRole('button', { name: '删除视图 按名称' }).click();
  await dialog.locator('li').waitFor({ state: 'detached' });
  await dialog.locator('[data-act=undo]').click();
  await dialog.locator('li', { hasText: '按名称' }).waitFor();
  assertQuiet(page, 'saved views');
  await page.context().close();
});

test('who may not write is offered nothing to write, nor is anybody in the past', async () => {
  for (const [account, path] of [['leader-01', '/lists/invest-2022'], ['city-office', '/lists/invest-2022?as_of=2022-04-20'], ['city-office', '/lists/master']]) {
    const page = await portal.signedIn(account, path);
    await rows(page).first().waitFor();
    assert.equal(await page.getByRole('button', { name: '办理调整' }).count(), 0, `${account} ${path}`);
    assert.equal(await page.locator('.virtual input[type=checkbox]').count(), 0);
    await page.context().close();
  }
});

test('100 000 rows scroll without a frame over 50 ms', async () => {
  const page = await portal.signedIn('city-office', '/lists?as_of=2022-04-20');
  const office = await portal.stack.as('city-office');
  const one = (await office.get('/v1/lists/invest-2022/entries?page_size=200&as_of=2022-04-20')).entries;
  await page.route('**/v1/lists/invest-2022/entries?*', (route) => {
    const at = Number(new URL(route.request().url()).searchParams.get('page_token') || 0);
    const entries = one.map((entry, i) => ({ ...entry, project: { ...entry.project, title: `${at + i} ${entry.project.title}` } }));
    return route.fulfill({ json: { entries, next_page_token: at + 200 < 100000 ? String(at + 200) : '', total_size: '100000' } });
  });
  await page.locator('a[href^="/lists/invest-2022"]').first().click();
  // A machine that is held up adds to the time of a frame and never takes from it, so the best of three tries counts.
  const tries = [];
  const smooth = () => tries.some((costs) => Math.max(...costs) < 2 * 50);
  for (let i = 0; i < 3 && !smooth(); i++) {
    if (i > 0) await page.reload();
    await total(page, 100000);
    await rows(page).first().waitFor();
    tries.push(await work(page, '.virtual', [...Array(30).fill(180), ...Array(10).fill(1500), ...Array(5).fill(300000)]));
  }
  assert.ok(smooth(), `ms of two frames:\n${tries.map((costs) => costs.map(Math.round)).join('\n')}`);
  assert.ok(await rows(page).count() < 80, 'only the rows in sight exist');
  assertQuiet(page, '100 000 rows');
  await page.context().close();
});
