// Texts that are scripts are only texts, wherever they were entered and wherever they are shown.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import ExcelJS from 'exceljs';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertQuiet, Portal, visit } from './browser.mjs';
import { day, ensureCalendars, idOf, newCase } from './cases.mjs';

const WORD = freshWord();
// One per way in: a tag, an attribute that ends, a link, an expression of a template, a vector image.
const XSS = [`<img src=x onerror=alert(1)>`, `"'><script>alert(1)</script>`, `javascript:alert(1)`, `{{constructor.constructor('alert(1)')()}}`, `<svg onload=alert(1)>`].join(' ');
const text = (length) => `${WORD} ${XSS}`.slice(0, length);

let portal;
let office;
let things;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
  things = await enterEverywhere();
});
after(async () => { await portal.close(); });

const post = (path, body, query = {}) => office.post(path, { ...body, request_id: randomUUID() }, query);

/** Something with scripts in every text field that the portal shows. */
async function enterEverywhere() {
  const project = await newCase(office, { title: text(190), owner_title: text(100), place: text(190), industry: 'N78', responsible_person: text(50), content_and_scale: text(1900), planned_start_on: day(100), total_investment_fen: '9000000000000' }); // Large enough for the region's page.
  await office.patch(`/v1/${project.name}`, { place: `${text(180)}二` }, { reason: text(490), update_mask: 'place', request_id: randomUUID() });
  const list = `lists/xss-${WORD}`;
  await office.post('/v1/lists', { title: text(100), kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 }, { list_id: list.slice(6), request_id: randomUUID() });
  await post(`/v1/${list}/adjustments`, { number: text(100), reason: text(490), additions: [{ project: project.name, kind: 'NEW_START', reason: text(490) }] });
  const procedure = `cases/${idOf(project)}/procedures/P00`;
  for (const move of [{ move: 'SUBMIT', reason: text(490) }, { move: 'ACCEPT' }, { move: 'REQUEST_CORRECTION', reason: text(490) }, { move: 'RESUBMIT' }, { move: 'APPROVE', approval: { number: text(100), issuer: text(100) } }]) await post(`/v1/${procedure}:move`, { ...move, etag: (await office.get(`/v1/${procedure}`)).etag });
  const scenario = await post('/v1/scenarios', { title: text(100), cases: [`cases/${idOf(project)}`], changes: [{ shift_working_days: 5 }] });
  const feedback = await post('/v1/feedback', { page: '/work', text: text(1900) });
  await post(`/v1/${feedback.name}:answer`, { answer: text(1900) });
  await eventually('the case service has the title', async () => (await office.get(`/v1/${scenario.name}`)).comparisons[0].title.includes(WORD));
  return { project: project.name, list, scenario: scenario.name };
}

/** Screens with the text in it, and how often it stands there at least. */
const SHOWN = [
  ['list', (t) => `/${t.list}?cols=title,place,owner_title,responsible_person,reason,content_and_scale`, 7],
  ['kanban', (t) => `/${t.list}?view=kanban`, 2],
  ['catalogue', () => '/lists', 1],
  ['overview', () => '/', 2],
  ['region', () => '/regions/621122', 3],
  ['adjustments', (t) => `/${t.list}/adjustments`, 3],
  ['comparison', (t) => `/${t.list}/compare?from=2022-01-01`, 2],
  ['project', (t) => `/${t.project}`, 11],
  ['approvals', (t) => `/${t.project}?tab=approvals`, 2],
  ['graph', (t) => `/${t.project}?tab=approvals&view=graph`, 1],
  ['gantt', (t) => `/${t.project}?tab=approvals&view=gantt`, 1],
  ['what-ifs', () => '/scenarios', 1],
  ['what-if', (t) => `/${t.scenario}`, 2],
  ['what-if of a list', (t) => `/scenarios/new?list=${t.list}`, 1],
  ['search', () => `/search?q=${WORD}`, 1],
  ['feedback', () => '/feedback?state=ANSWERED', 2],
];

/** Fails when a script ran, or when the page has an element that only the text could have made. */
async function assertHarmless(page, what) {
  assert.equal(page.alerts.length, 0, `${what}: a script ran`);
  assert.equal(await page.evaluate(() => globalThis.alerted ?? 0), 0, `${what}: a script ran`);
  assert.equal(await page.locator('img[src="x"], [onerror], [onload], a[href^="javascript:"]').count(), 0, `${what}: an element came out of a text`);
  assert.ok((await page.locator('script').evaluateAll((all) => all.every((one) => one.src !== ''))), `${what}: a script stands in the page`);
  assertQuiet(page, what);
}

async function guarded(account) {
  const page = await portal.page();
  page.alerts = [];
  page.on('dialog', (dialog) => { page.alerts.push(dialog.message()); return dialog.dismiss(); });
  await page.addInitScript(() => { globalThis.alert = () => { globalThis.alerted = (globalThis.alerted ?? 0) + 1; }; });
  await page.goto(`${portal.url}/lists`);
  await portal.signIn(page, account);
  return page;
}

test('no screen runs what somebody typed', async () => {
  const page = await guarded('city-office');
  for (const [what, path, least] of SHOWN) {
    await visit(page, path(things));
    await eventually(`${what} shows the text ${least} times`, async () => (await page.getByText(WORD).count()) >= least);
    await assertHarmless(page, what);
  }
  await visit(page, `/${things.project}?tab=approvals`);
  await page.locator('tr[data-code=P00] button').click();
  await page.locator('dialog[open]').getByText(WORD).first().waitFor();
  await assertHarmless(page, 'procedure');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [`/${things.project}`, `/${things.scenario}`, '/feedback?state=ANSWERED']) {
    await visit(page, path);
    await page.getByText(WORD).first().waitFor();
    await eventually(`${path} with its long texts fits a phone`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), { within_ms: 3000 });
  }
  await visit(page, `/${things.project}`);
  await page.getByRole('button', { name: '修改' }).click();
  await page.locator('dialog[open] input[name=place]').waitFor();
  await assertHarmless(page, 'edit');
  await page.keyboard.press('Escape');
  await page.locator('input[name=q]').fill(`${WORD} <img`);
  await page.locator('[data-suggested]').first().waitFor();
  await assertHarmless(page, 'suggestions');
  await page.keyboard.press('Escape');
  await page.locator('[data-act=feedback]').click();
  await page.locator('dialog[open] .answer').first().waitFor();
  await assertHarmless(page, 'own feedback');
  await page.context().close();
});

test('a ledger whose headings and cells are scripts is shown as it is', async () => {
  const page = await guarded('city-office');
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet(`甲${WORD}`);
  sheet.addRow(['项目名称', '县区', '所属领域', '建设性质', '审批方式', '项目单位', '总投资（万元）', '建设类别', XSS]);
  sheet.addRow([text(100), XSS.slice(0, 30), '能源', '新建', '备案', text(90), XSS.slice(0, 28), '新建', XSS]);
  await page.goto(`${portal.url}/import`);
  await page.locator('input[name=file]').setInputFiles({ name: '<img src=x onerror=alert(1)>.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from(await book.xlsx.writeBuffer()) });
  await page.locator('input[name=reason]').fill(text(400));
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-step=mapping][aria-current]').waitFor();
  await assertHarmless(page, 'columns');
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-wrong]').waitFor();
  assert.match(await page.locator('.errors tbody').innerText(), /<img src=x/);
  await assertHarmless(page, 'errors');
  await page.context().close();
});

test('what is said of a page links nowhere but into the portal', async () => {
  for (const wrong of ['javascript:alert(1)', '//elsewhere.example/', 'https://elsewhere.example/', '/\\elsewhere.example']) {
    assert.equal((await office.try('POST', '/v1/feedback', { body: { page: wrong, text: '试验' } })).status, 400, wrong);
  }
});
