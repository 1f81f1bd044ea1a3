// My work: what is asked of a unit, done where it stands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';
import { ensureCalendars, idOf, newCase } from './cases.mjs';

let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

test('a department finds what waits for it, with the likeliest move chosen and its own title filled in', async () => {
  const project = await newCase(office);
  const name = `cases/${idOf(project)}/procedures/P00`;
  await office.post(`/v1/${name}:move`, { move: 'SUBMIT' });
  const { department } = await office.get(`/v1/${name}`);
  const account = department.replace('organizations/', '');
  const page = await portal.signedIn(account, '/work?kind=ACCEPT_OR_RETURN');
  const row = page.locator(`[data-task="${name}"]`);
  const dialog = page.locator('dialog[open]');
  await row.waitFor();
  await picture(page, 'work');
  await row.locator('button').click();
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'ACCEPT');
  assert.equal(await dialog.locator('option[value=WITHDRAW]').count(), 0, "the applicant's moves are not the department's");
  await page.keyboard.press('Escape');
  await office.post(`/v1/${name}:move`, { move: 'ACCEPT' });
  await page.reload();
  await page.locator('[data-kind=DECIDE]').click();
  await row.locator('button').click();
  await dialog.locator('input[name=number]').waitFor();
  assert.notEqual(await dialog.locator('input[name=issuer]').inputValue(), '', 'who issues it is filled in');
  assertQuiet(page, 'my work');
  await page.context().close();
});

test('a county says a new start date where it is asked for it', async () => {
  const county = await portal.stack.createAccount(`desk-${freshWord()}`, { role: 'COUNTY', region: '621172', organization: 'kechuang' });
  const project = await office.post('/v1/projects', {
    project: { title: `门户待办 ${freshWord()}`, region: '621172', field: 'ENERGY', nature: 'NEW_CONSTRUCTION', regime: 'FILING', owner_title: `门户待办 ${freshWord()} 公司`, total_investment_fen: '500000000', planned_start_on: '2020-01-02' },
    initial_stage: 'PREPARING', duplicate_override_reason: '测试项目', effective_on: '2020-01-01',
  });
  const account = (await county.get('/v1/sessions/current')).account;
  const page = await portal.signedIn(account, '/work?kind=START_OVERDUE');
  const row = page.locator(`[data-item="${project.name}"]`);
  const dialog = page.locator('dialog[open]');
  await row.getByRole('button', { name: /改拟开工日期/ }).click();
  await dialog.locator('input[name=planned_start_on]').waitFor();
  assert.equal(await dialog.locator('.grid').first().locator('.field').count(), 1, 'one fact is asked');
  await dialog.locator('input[name=planned_start_on]').fill('2099-01-01');
  await assertAccessible(page, 'new date');
  await dialog.locator('button[type=submit]').click();
  await row.waitFor({ state: 'detached' });
  await eventually('the new date', async () => (await office.get(`/v1/${project.name}`)).planned_start_on === '2099-01-01');
  assertQuiet(page, 'new date');
  await page.context().close();
});

test('my work reads in both languages and themes and on a phone; readers and the past have nothing to press', async () => {
  for (const options of [{ theme: 'dark', language: 'en' }, { width: 390, height: 844 }]) {
    const page = await portal.signedIn('county-longxi', '/work?kind=CODE_MISSING', options);
    await page.locator('[data-item]').first().waitFor();
    await assertAccessible(page, JSON.stringify(options));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, 'too wide');
    assertQuiet(page, JSON.stringify(options));
    await page.context().close();
  }
  const past = await portal.signedIn('county-longxi', '/work?as_of=2022-04-20&kind=CODE_MISSING');
  await past.locator('[data-item]').first().waitFor();
  assert.equal(await past.locator('[data-item] button, [data-task] button').count(), 0);
  await past.context().close();
  const reader = await portal.signedIn('congress', '/work');
  await reader.locator('[data-kind=OVERDUE], [data-state=empty]').first().waitFor();
  assert.equal(await reader.locator('[data-item] button').count(), 0);
  await assertAccessible(reader, 'work of a reader');
  assertQuiet(reader, 'work of a reader');
  await reader.context().close();
});

test('a service that is away is named, and the other part of the work stands', async () => {
  const page = await portal.signedIn('county-longxi', '/lists');
  await page.route('**/v1/tasks*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":503,"message":"away"}}' }));
  await page.locator('nav a[href="/work"]').click();
  await page.locator('.part-note[data-state=MISSING]').waitFor();
  await page.locator('[data-kind=CODE_MISSING]').click();
  await page.locator('[data-item]').first().waitFor();
  await page.context().close();
});
