// 模板迁移: previewed, kept, applied, taken back, and refused where it does not fit; 基线: what was planned when.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';
import { day, ensureCalendars, idOf, newCase, newProject } from './cases.mjs';
import { newTemplates } from './templates.mjs';

let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

const templateOf = async (project) => (await office.get(`/v1/cases/${idOf(project)}`)).case.template;

async function openCase(project, template) {
  await eventually('the project has come to the case service', () => office.post('/v1/cases', { project: project.name, template, opened_on: day(-30) }).catch((error) => {
    if (error.reason !== 'PROJECT_NOT_FOUND') throw error;
  }));
  return project;
}
const move = async (project, code, name) => {
  const path = `/v1/cases/${idOf(project)}/procedures/${code}`;
  await office.post(`${path}:move`, { move: name, etag: (await office.get(path)).etag, request_id: randomUUID() });
};

test('cases go on with another template: looked at, kept, applied with a reason, and taken back', async () => {
  const { from, to, fen } = await newTemplates(office);
  const facts = { total_investment_fen: fen, attributes: { uses_new_land: true, building_or_municipal: true, energy_tce: 6000, electricity_kwh: 50000000 } }; // So much that P04 is needed.
  const [one, two] = [await openCase(await newProject(office, facts), from.name), await openCase(await newProject(office, facts), from.name)];
  await move(one, 'P03', 'SUBMIT');
  const page = await portal.signedIn('city-office', '/scenarios');
  await page.locator('main a[href="/caseMigrations"]').click();
  await page.locator('main a[href="/caseMigrations/new"]').click();
  await page.locator(`select[name=from] option[value="${from.name}"]`).waitFor({ state: 'attached' });
  await page.locator('select[name=from]').selectOption(from.name);
  assert.equal(await page.locator('select[name=to]').inputValue(), to.name, 'the template that replaces it');
  const rule = page.locator('[data-rule=P03]');
  await rule.waitFor();
  assert.equal(await page.locator('[data-rule]').count(), 1);
  assert.ok(await page.locator('[data-act=preview]').isDisabled(), 'a reason is missing');
  await rule.locator('select').selectOption('P04');
  await rule.locator('input').fill('并入节能审查');
  await page.locator('[data-act=preview]').click();
  await page.locator('[data-total="P03 → P04"]').waitFor();
  assert.equal(await page.locator('[data-sum=cases] dd').innerText(), '2');
  await assertAccessible(page, 'preview');
  await picture(page, 'migration');
  assert.equal(await templateOf(one), from.name, 'looking changes nothing');
  await page.locator('[data-act=keep]').click();
  await page.waitForURL(/\/caseMigrations\/[0-9a-f-]{36}/);
  await page.locator('[data-act=apply]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('textarea[name=reason]').fill('新规定施行');
  await dialog.locator('[data-act=confirm]').click();
  await page.locator('[data-applied]', { hasText: '新规定施行' }).waitFor();
  assert.deepEqual([await templateOf(one), await templateOf(two)], [to.name, to.name]);
  assert.equal((await office.get(`/v1/cases/${idOf(one)}/procedures/P04`)).state, 'SUBMITTED', 'what had begun goes on');
  await page.locator('[data-act=revert]').click();
  await dialog.locator('textarea[name=reason]').fill('选错了模板');
  await assertAccessible(page, 'take back');
  await dialog.locator('[data-act=confirm]').click();
  await page.locator('[data-reverted]', { hasText: '选错了模板' }).waitFor();
  assert.equal(await templateOf(two), from.name);
  await page.locator('h1 a').click();
  await page.locator('[data-migration]', { hasText: from.title }).getByText('已撤回').waitFor();
  assertQuiet(page, 'migration');
  await page.context().close();
});

test('a case that cannot migrate holds the others back, unless it is left as it is; one that moved since is named', async () => {
  const { from, to, fen } = await newTemplates(office);
  const fits = await openCase(await newProject(office, { total_investment_fen: fen }), from.name);
  const decided = await openCase(await newProject(office, { total_investment_fen: fen }), from.name);
  await move(decided, 'P03', 'SUBMIT'); // It lies with its department, and would be asked for no more.
  const create = (skip_refused) => office.post('/v1/caseMigrations', { from_template: from.name, to_template: to.name, rules: [{ from: 'P03', to: '', reason: '取消' }], skip_refused, request_id: randomUUID() });
  const page = await portal.signedIn('city-office', `/${(await create(false)).name}`);
  await page.locator('[data-held-back]').waitFor();
  assert.equal(await page.locator('[data-act=apply]').count(), 0);
  await page.locator('.virtual .body .bad').waitFor();
  await assertAccessible(page, 'held back');
  const { name } = await create(true);
  await page.goto(`${portal.url}/${name}`);
  await page.locator('[data-act=apply]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('textarea[name=reason]').fill('其余照迁');
  await dialog.locator('[data-act=confirm]').click();
  await page.locator('[data-act=revert]').waitFor();
  await move(fits, 'P00', 'SUBMIT');
  await page.locator('[data-act=revert]').click();
  await dialog.locator('textarea[name=reason]').fill('撤回');
  await dialog.locator('[data-act=confirm]').click();
  await dialog.locator('[data-conflict]', { hasText: fits.title }).waitFor();
  assert.equal(await templateOf(fits), to.name, 'nothing was taken back');
  await page.context().close();
});

test('readers see migrations and have nothing to press; the past has none to make', async () => {
  const { from, to, fen } = await newTemplates(office);
  await openCase(await newProject(office, { total_investment_fen: fen }), from.name);
  const { name } = await office.post('/v1/caseMigrations', { from_template: from.name, to_template: to.name, rules: [{ from: 'P03', to: '', reason: '取消' }], request_id: randomUUID() });
  const reader = await portal.signedIn('leader-01', `/${name}`);
  await reader.locator('[data-total]').first().waitFor();
  assert.equal(await reader.locator('main button').count(), 0);
  await reader.goto(`${portal.url}/caseMigrations/new`);
  await reader.locator('[data-state=noright]').waitFor();
  const stranger = await portal.signedIn('county-zhangxian', `/${name}`);
  await stranger.locator('[data-state=absent]').waitFor();
  const past = await portal.signedIn('city-office', '/caseMigrations/new?as_of=2022-04-20');
  await past.getByText('不能迁移').waitFor();
  assertQuiet(reader, 'reader');
  for (const page of [reader, stranger, past]) await page.context().close();
});

test('the baselines of a case say what was planned when and why, and how it stands against that', async () => {
  const project = await newCase(office, { planned_start_on: day(200) });
  await office.post(`/v1/cases/${idOf(project)}:setTargetStart`, { target_start_on: day(150), reason: '市里要求提前', request_id: randomUUID() });
  const page = await portal.signedIn('leader-01', `/${project.name}?tab=approvals`);
  await page.locator('[data-view=baselines]').click();
  const [newest, opening] = [page.locator('[data-baseline="1"]'), page.locator('[data-baseline="0"]')];
  await opening.waitFor();
  assert.match(await newest.innerText(), /改目标开工日期[\s\S]*city-office[\s\S]*市里要求提前/);
  assert.ok((await newest.innerText()).includes(day(150)) && (await opening.innerText()).includes('建立档案'));
  const latest = page.locator('[data-planned=P00] td').nth(3);
  const tight = await latest.innerText();
  await opening.locator('button').click();
  await page.getByRole('heading', { name: '建档时怎么计划' }).waitFor();
  assert.ok((await latest.innerText()) > tight, 'a later start left more time');
  await office.post(`/v1/cases/${idOf(project)}:setTargetStart`, { target_start_on: day(160), reason: '再定', request_id: randomUUID() });
  await page.locator('[data-baseline="2"]').waitFor();
  assert.equal(await opening.locator('button').getAttribute('aria-pressed'), 'true', 'what one looks at stays');
  assertQuiet(page, 'baselines');
  await page.context().close();
});

test('an approval lapses by hand, for a reason, where the service lets it', async () => {
  const project = await newCase(office);
  await move(project, 'P00', 'SUBMIT');
  await move(project, 'P00', 'ACCEPT');
  const path = `/v1/cases/${idOf(project)}/procedures/P00`;
  await office.post(`${path}:move`, { move: 'APPROVE', approval: { number: '定发改〔2026〕9号', issuer: '市发展改革委', valid_until: day(400) }, etag: (await office.get(path)).etag, request_id: randomUUID() });
  const page = await portal.signedIn('city-office', `/${project.name}?tab=approvals`);
  await page.locator('tr[data-code=P00] button').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('select[name=move]').selectOption('EXPIRE');
  assert.ok(await dialog.locator('textarea[name=reason]').evaluate((field) => field.required));
  await dialog.locator('textarea[name=reason]').fill('两年未开工');
  await dialog.locator('button[type=submit]').click();
  await page.locator('tr[data-code=P00]').getByText('已失效').waitFor();
  assert.equal((await office.get(path)).state, 'EXPIRED');
  await page.locator('[data-part=approvals] [data-act=undo]').click();
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'RENEW', 'what takes it back');
  await assertAccessible(page, 'undo');
  assertQuiet(page, 'lapse');
  await page.context().close();
});
