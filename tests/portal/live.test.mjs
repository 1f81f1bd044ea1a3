// What others do is seen without asking for it, and nothing that one is at moves away: rows, scroll, typed words.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, Portal } from './browser.mjs';
import { day, ensureCalendars, idOf, newCase, newProject } from './cases.mjs';

let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

const WITHIN_MS = 60000; // What waits for a gateway that starts.
const post = (path, body) => office.post(path, { ...body, request_id: randomUUID() });
const start = (project) => post(`/v1/${project.name}:move`, { move: 'START' });
const rename = (project, place) => office.patch(`/v1/${project.name}`, { place }, { update_mask: 'place', request_id: randomUUID() });

/** A list with so many new projects on it. */
async function newList(count) {
  const word = freshWord();
  const list = `lists/live-${word}`;
  await office.post('/v1/lists', { title: `实时清单 ${word}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 }, { list_id: list.slice(6), request_id: randomUUID() });
  const requests = Array.from({ length: count }, (_, i) => ({
    project: { title: `实时 ${word} ${String(i).padStart(3, '0')}`, region: '621122', field: 'ENERGY', nature: 'NEW_CONSTRUCTION', regime: 'FILING', owner_title: `实时 ${word} 公司`, total_investment_fen: '12300000000' },
    initial_stage: 'PREPARING', duplicate_override_reason: '测试项目', effective_on: day(-10),
  }));
  const { projects } = await post('/v1/projects:batchCreate', { requests });
  await adjust(list, { additions: projects.map((project) => ({ project: project.name, kind: 'NEW_START' })) });
  return { list, projects };
}
const adjust = (list, more) => post(`/v1/${list}/adjustments`, { reason: '试验', effective_on: day(-5), ...more });

/** Counts the requests of a page whose path matches. */
function counted(page, pattern) {
  const seen = [];
  page.on('request', (request) => pattern.test(new URL(request.url()).pathname) && seen.push(request));
  return seen;
}

/** Waits until the page has opened its stream, as its next request for one. */
const listening = (page) => page.waitForResponse((answer) => answer.url().endsWith('/v1/changes') && answer.status() === 200);

async function reader(account, path) {
  const page = await portal.page();
  page.setDefaultTimeout(WITHIN_MS);
  await page.goto(portal.url + path);
  await Promise.all([listening(page), portal.signIn(page, account)]);
  return page;
}

test('a list shows what others move, add and remove, and keeps its place and the word that is being typed', async () => {
  const { list, projects } = await newList(90);
  const page = await reader('county-longxi', `/${list}?order=title`);
  await page.locator('.count', { hasText: '/ 90 ' }).waitFor();
  const table = page.locator('.virtual');
  await table.evaluate((box) => box.scrollTo(0, 1200));
  const row = page.locator('.virtual .body [role=row]', { hasText: projects[40].title });
  await row.waitFor();
  const at = await table.evaluate((box) => box.scrollTop);
  await page.locator('input[name=title]').focus();
  await page.keyboard.type('没写完的');
  let emptied = false;
  await page.exposeFunction('toldEmpty', () => { emptied = true; });
  await page.evaluate(() => new MutationObserver(() => { if (!document.querySelector('.virtual .body [role=row] a')) globalThis.toldEmpty(); }).observe(document.querySelector('main'), { childList: true, subtree: true }));
  await start(projects[40]);
  await row.getByText('开工').waitFor();
  await adjust(list, { additions: [{ project: (await newProject(office)).name, kind: 'NEW_START' }] });
  await page.locator('.count', { hasText: '/ 91 ' }).waitFor();
  await adjust(list, { removals: projects.slice(80, 83).map((project) => ({ project: project.name })) });
  await page.locator('.count', { hasText: '/ 88 ' }).waitFor();
  assert.equal(await table.evaluate((box) => box.scrollTop), at);
  assert.equal(await page.locator('input[name=title]').inputValue(), '没写完的');
  assert.ok(!emptied, 'the rows stay while they are read anew');
  assertQuiet(page, 'list');
  await page.context().close();
});

test('of two pages on a project, one moves it: the other shows it, behind the edit that is open there', async () => {
  const project = await newProject(office);
  const page = await reader('county-longxi', `/${project.name}`);
  await page.getByRole('button', { name: '修改' }).click();
  await page.locator('dialog[open] input[name=place]').fill('没有保存的地点');
  const other = await reader('city-office', `/${project.name}`);
  await other.getByRole('button', { name: '办理阶段变更' }).click();
  await other.locator('dialog[open] select[name=move]').selectOption('START');
  await other.locator('dialog[open] button[type=submit]').click();
  await page.locator('main .tag', { hasText: '开工' }).waitFor();
  await page.locator('[data-part=history] tbody tr').nth(1).waitFor();
  assert.equal(await page.locator('dialog[open] input[name=place]').inputValue(), '没有保存的地点');
  for (const one of [page, other]) {
    assertQuiet(one, 'project');
    await one.context().close();
  }
});

test('an approval that somebody else moves says so in the form that is open, and keeps what is typed there', async () => {
  const project = await newCase(office);
  const page = await reader('county-longxi', `/${project.name}?tab=approvals`);
  await page.locator('tr[data-code=P00] button').click();
  await page.locator('dialog[open] textarea[name=reason]').fill('写到一半');
  const procedure = `/v1/cases/${idOf(project)}/procedures/P00`;
  await post(`${procedure}:move`, { move: 'SUBMIT', etag: (await office.get(procedure)).etag });
  await page.locator('dialog[open] [data-changed]', { hasText: '已报送' }).waitFor();
  assert.equal(await page.locator('dialog[open] textarea[name=reason]').inputValue(), '写到一半');
  assert.equal(await page.locator('dialog[open] select[name=move]').inputValue(), 'ACCEPT', 'what may be done now');
  await page.locator('dialog[open] button[type=submit]').click();
  await page.locator('tr[data-code=P00]').getByText('已受理').waitFor();
  assertQuiet(page, 'approvals');
  await page.context().close();
});

test('figures, work, what-ifs and the bulletin follow, too', async () => {
  const project = await newCase(office);
  const { list, projects } = await newList(1);
  const page = await reader('city-office', '/lists');
  const row = page.locator('tbody tr', { has: page.locator(`a[href="/${list}"]`) });
  await row.locator('td', { hasText: /^1$/ }).waitFor();
  await adjust(list, { removals: [{ project: projects[0].name }] });
  await row.locator('td', { hasText: /^0$/ }).waitFor();
  await page.locator('nav a[href="/scenarios"]').click();
  const title = `实时推演 ${freshWord()}`;
  await page.locator('[data-state=empty], [data-scenario]').first().waitFor();
  await post('/v1/scenarios', { title, cases: [`cases/${idOf(project)}`], changes: [{ shift_working_days: 5 }] });
  await page.locator('[data-scenario]', { hasText: title }).waitFor();
  for (const [path, method] of [['/bulletin', /views\/bulletin$/], ['/work', /my-work$/]]) {
    await page.locator(`nav a[href="${path}"]`).click();
    await page.locator('h1').waitFor();
    const asked = counted(page, method);
    await start(await newProject(office));
    await eventually(`${path} is read anew`, () => asked.length > 0);
  }
  assertQuiet(page, 'figures');
  await page.context().close();
});

test('the past is read anew only when it has become another', async () => {
  const project = await newProject(office);
  const page = await reader('city-office', `/${project.name}?as_of=${day(-2)}`);
  await page.locator('[data-fact=place]').waitFor();
  const asked = counted(page, new RegExp(`/v1/${project.name}$`));
  await rename(project, '今天的地点');
  await office.patch(`/v1/${project.name}`, { place: '更早的地点' }, { update_mask: 'place', effective_on: day(-3), request_id: randomUUID() });
  await page.locator('[data-fact=place]', { hasText: '更早的地点' }).waitFor();
  assert.equal(asked.length, 1, 'what holds from today on is nothing to the day before yesterday');
  await page.context().close();
});

test('a window that is hidden holds no connection, and shows what it missed when it is seen again', async () => {
  const project = await newProject(office);
  const page = await reader('county-longxi', `/${project.name}`);
  await page.locator('[data-fact=place]').waitFor();
  const seen = (state) => page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
  await Promise.all([page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/changes')), seen('hidden')]);
  await rename(project, '没看见的地点');
  const [again] = await Promise.all([page.waitForRequest((request) => request.url().endsWith('/v1/changes')), seen('visible')]);
  assert.match(again.headers()['last-event-id'] ?? '', /registry:\d+/, 'it goes on where it was');
  await page.locator('[data-fact=place]', { hasText: '没看见的地点' }).waitFor();
  assert.equal(await page.locator('[data-lost]').count(), 0);
  await page.context().close();
});

test('while the gateway is away a word says so; when it is back, what was missed is there', async () => {
  const project = await newProject(office);
  const page = await reader('county-longxi', `/${project.name}`);
  await page.locator('[data-fact=place]').waitFor();
  const hold = join(portal.stack.home, 'run/gateway.hold');
  writeFileSync(hold, '');
  process.kill(await portal.stack.pid('gateway'));
  await page.locator('[data-lost]').waitFor();
  await assertAccessible(page, 'lost');
  await page.route('**/v1/changes', (route) => route.abort());
  rmSync(hold);
  await eventually('the gateway is back', () => rename(project, '离线时的地点').then(() => true), { within_ms: WITHIN_MS });
  assert.equal(await page.locator('[data-fact=place]', { hasText: '离线时的地点' }).count(), 0);
  await page.unroute('**/v1/changes');
  await page.locator('[data-fact=place]', { hasText: '离线时的地点' }).waitFor();
  await page.locator('[data-lost]').waitFor({ state: 'detached' });
  await rename(project, '后来的地点');
  await page.locator('[data-fact=place]', { hasText: '后来的地点' }).waitFor();
  await page.context().close();
});

test('a page that nobody is at keeps no session alive by what it loads; a key, and it is used again', async () => {
  const project = await newProject(office);
  const page = await reader('county-longxi', `/${project.name}`);
  await page.locator('[data-fact=place]').waitFor();
  const asked = counted(page, /^\/v1\/(views|projects)\//);
  const changed = async (place) => {
    asked.length = 0;
    await rename(project, place);
    await page.locator('[data-fact=place]', { hasText: place }).waitFor();
    await page.locator('[data-part=history] tbody', { hasText: place }).waitFor();
    return asked.map((request) => request.headers()['yaoshi-background']);
  };
  await page.evaluate(() => {
    const real = performance.now.bind(performance);
    performance.now = () => real() + 120_000;
  });
  assert.deepEqual(new Set(await changed('无人时')), new Set(['1']));
  await page.keyboard.press('Shift');
  assert.deepEqual(new Set(await changed('有人时')), new Set([undefined]));
  await page.context().close();
});

test('a session that has ended is asked for again, and the page goes on listening', async () => {
  const project = await newProject(office);
  const page = await reader('county-longxi', `/${project.name}`);
  await page.locator('[data-fact=place]').waitFor();
  await page.context().clearCookies();
  process.kill(await portal.stack.pid('gateway'));
  await page.locator('dialog[open] input[name=password]').fill(portal.stack.accounts['county-longxi']);
  await eventually('the gateway takes calls again', () => office.get('/v1/sessions/current'), { within_ms: WITHIN_MS });
  await Promise.all([listening(page), page.locator('dialog[open] button[type=submit]').click()]);
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await rename(project, '登录后的地点');
  await page.locator('[data-fact=place]', { hasText: '登录后的地点' }).waitFor();
  await page.context().close();
});
