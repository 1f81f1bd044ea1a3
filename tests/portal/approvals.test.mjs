// A project's approvals: moved through in place, drawn as graph and Gantt, and every state that is no content.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal, work } from './browser.mjs';
import { day, ensureCalendars, idOf, newCase, newProject } from './cases.mjs';

let portal;
let office;
const tabOf = (project, more = '') => `/${project.name}?tab=approvals${more}`;

before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

const stateOf = async (project, code) => (await office.get(`/v1/cases/${idOf(project)}/procedures/${code}`)).state;

test('an approval is moved through in place: handed in, accepted, corrected, approved', async () => {
  const project = await newCase(office);
  const page = await portal.signedIn('county-longxi', tabOf(project));
  const row = page.locator('tr[data-code=P00]');
  const dialog = page.locator('dialog[open]');
  const move = async (name, fill = async () => {}) => {
    await row.locator('button').click();
    await dialog.locator('select[name=move]').selectOption(name);
    await fill();
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
  };
  await move('SUBMIT');
  await row.getByText('已报送').waitFor();
  await page.locator('[data-act=undo]').click();
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'WITHDRAW', 'a slip is a press away from being taken back');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await move('ACCEPT');
  await row.getByText('已受理').waitFor();
  await move('REQUEST_CORRECTION', () => dialog.locator('textarea[name=reason]').fill('缺少土地证明'));
  await row.getByText('补正中').waitFor();
  await row.getByText('已停计时').waitFor();
  await move('RESUBMIT');
  await row.getByText('已受理').waitFor();
  await row.locator('button').click();
  await dialog.locator('input[name=issuer]').waitFor();
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'APPROVE', 'the likeliest move comes first');
  await dialog.locator('input[name=number]').fill('定发改〔2026〕1号');
  await dialog.locator('input[name=issuer]').fill('定西市发展改革委');
  await dialog.locator('button[type=submit]').click();
  await row.getByText('已批复').waitFor();
  await row.getByText('定发改〔2026〕1号').waitFor();
  assert.equal(await stateOf(project, 'P00'), 'APPROVED');
  assertQuiet(page, 'moves');
  await page.context().close();
});

test('a refused move says why and keeps what was typed; nothing has happened', async () => {
  const project = await newCase(office);
  const page = await portal.signedIn('county-longxi', tabOf(project));
  await page.locator('tr[data-code=P10] button').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('select[name=move]').selectOption('SUBMIT');
  await dialog.locator('input[name=effective_on]').fill(day(-60));
  await dialog.locator('textarea[name=reason]').fill('先报送');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('[role=alert]').getByText('建档').waitFor();
  assert.equal(await dialog.locator('textarea[name=reason]').inputValue(), '先报送');
  assert.equal(await stateOf(project, 'P10'), 'NOT_STARTED');
  await page.context().close();
});

test('procedures are a table, a graph and a Gantt with float and critical path, in both themes and languages and on a phone', async () => {
  const project = await newCase(office);
  for (const options of [{}, { theme: 'dark', language: 'en' }, { width: 390, height: 844 }]) {
    const what = JSON.stringify(options);
    const page = await portal.signedIn('city-office', tabOf(project), options);
    await page.locator('tr[data-code=P01]').waitFor();
    await page.locator('[data-part=gate]').waitFor();
    await assertAccessible(page, `table ${what}`);
    if (!options.theme && !options.width) await picture(page, 'approvals');
    await page.locator('[data-view=graph]').click();
    await page.locator('[data-node=P01]').waitFor();
    assert.ok(await page.locator('.vue-flow__edge').count() > 5, 'arrows');
    await assertAccessible(page, `graph ${what}`);
    await page.locator('[data-view=gantt]').click();
    await page.locator('[data-verdict]').waitFor();
    await page.locator('.bar.critical').first().waitFor({ state: 'attached' });
    await assertAccessible(page, `gantt ${what}`);
    if (options.theme) await picture(page, 'gantt-dark-en');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, `${what}: too wide`);
    await page.locator('[data-bar=P01]').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open] h2', { hasText: 'P01' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('input[name=as-table]').check();
    await page.locator('.virtual .body [role=row]').first().waitFor();
    await assertAccessible(page, `schedule as table ${what}`);
    assertQuiet(page, what);
    await page.context().close();
  }
});

test('a schedule of 5 000 rows scrolls, and only the rows in sight exist', async () => {
  const project = await newCase(office);
  const view = await office.get(`/v1/cases/${idOf(project)}`);
  const items = Array.from({ length: 5000 }, (_, i) => ({ ...view.schedule.items[i % view.schedule.items.length], code: `X${i}` }));
  const page = await portal.signedIn('city-office', '/lists');
  await page.route('**/v1/cases/*', (route) => route.fulfill({ json: { ...view, schedule: { ...view.schedule, items } } }));
  await page.goto(portal.url + tabOf(project, '&view=gantt'));
  await page.locator('[data-bar=X0]').waitFor();
  const costs = await work(page, '.gantt', [...Array(20).fill(200), ...Array(5).fill(20000)]);
  assert.ok(Math.max(...costs) < 2 * 50, `ms of two frames: ${costs.map(Math.round)}`);
  assert.ok(await page.locator('[data-bar]').count() < 80);
  await page.locator('.gantt').evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await page.locator('[data-bar=X4999]').waitFor();
  assertQuiet(page, '5 000 rows');
  await page.context().close();
});

test('a project without a case says so, and whoever may opens one there', async () => {
  const project = await newProject(office);
  await eventually('the project has come to the case service', async () => (await office.get(`/v1/${project.name}:checkGate`)).obstacles[0].kind === 'NO_CASE');
  const reader = await portal.signedIn('leader-01', tabOf(project));
  await reader.locator('[data-part=approvals] [data-state=empty]').waitFor();
  assert.equal(await reader.locator('[data-part=approvals] button').count(), 0);
  await reader.context().close();
  const page = await portal.signedIn('city-office', tabOf(project));
  await page.locator('input[name=opened_on]').waitFor();
  await assertAccessible(page, 'no case');
  await page.locator('[data-part=approvals] button[type=submit]').click();
  await page.locator('tr[data-code=P00]').waitFor();
  await page.context().close();
});

test('the past and readers have nothing to press; a part that is away is named, and the rest stands', async () => {
  const project = await newCase(office);
  const past = await portal.signedIn('city-office', tabOf(project, `&as_of=${day(-5)}`));
  await past.locator('tr[data-code=P00] button').click();
  await past.locator('dialog[open]').waitFor();
  assert.equal(await past.locator('dialog[open] form').count(), 0, 'the past is read-only');
  await past.keyboard.press('Escape');
  await past.locator('[data-view=gantt]').click();
  await past.locator('[data-verdict]').waitFor();
  await past.context().close();
  const page = await portal.signedIn('leader-01', '/lists');
  await page.route('**/v1/projects/*:checkGate*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":503,"message":"away"}}' }));
  await page.goto(portal.url + tabOf(project));
  await page.locator('.part-note[data-state=MISSING]').waitFor();
  await page.locator('tr[data-code=P00] button').click();
  await page.locator('dialog[open]').waitFor();
  assert.equal(await page.locator('dialog[open] form').count(), 0, 'readers only read');
  await page.context().close();
  const stranger = await portal.signedIn('county-zhangxian', tabOf(project));
  await stranger.locator('[data-state=absent]').waitFor();
  await stranger.context().close();
});

test('a case without a start date says why it has no schedule', async () => {
  const project = await newCase(office, { planned_start_on: '' });
  const page = await portal.signedIn('city-office', tabOf(project, '&view=gantt'));
  await page.locator('.part-note', { hasText: '拟开工日期' }).waitFor();
  await assertAccessible(page, 'no schedule');
  assertQuiet(page, 'no schedule');
  await page.context().close();
});
