// 推演: on a project and on a list, compared, kept, applied, dropped, and refused where something changed meanwhile.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';
import { day, ensureCalendars, idOf, newCase } from './cases.mjs';

let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

const targetOf = async (project) => (await office.get(`/v1/cases/${idOf(project)}`)).schedule.target_start_on;
const measure = async (page, name) => {
  const sides = page.locator(`[data-measure=${name}] td`);
  await sides.first().waitFor();
  return sides.allInnerTexts();
};

test('a start that moves is compared with what is, kept, and applied with a reason', async () => {
  const project = await newCase(office, { planned_start_on: day(20) });
  const page = await portal.signedIn('county-longxi', `/${project.name}?tab=approvals&view=whatif`);
  const count = page.locator('[data-act=count]');
  await count.waitFor();
  assert.ok(await count.isDisabled(), 'nothing is changed yet');
  await page.locator('input[name=days]').fill('250');
  await count.click();
  await page.locator('[data-part=what-if-answer]').waitFor();
  const before = await targetOf(project);
  const [asIs, wouldBe] = await measure(page, 'target');
  assert.equal(asIs, before);
  assert.ok(wouldBe > before);
  assert.deepEqual(await measure(page, 'verdict'), ['不能', '能']);
  const [short, float] = (await measure(page, 'float')).map(Number);
  assert.ok(short < 0 && float > 0, `${short} ${float}`);
  const acceptance = await measure(page, 'acceptance');
  assert.ok(acceptance[0] < acceptance[1], `${acceptance}`);
  assert.equal(await page.locator('[data-rate]').count(), (await page.locator('input[name=target]').count()), 'a row per date');
  await picture(page, 'what-if');
  assert.equal(await targetOf(project), before, 'counting changes nothing');
  const word = freshWord();
  await page.locator('input[name=title]').fill(`推迟开工 ${word}`);
  await page.locator('[data-act=keep]').click();
  await page.waitForURL(/\/scenarios\/[0-9a-f-]{36}/);
  await page.locator('[data-act=apply]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('textarea[name=reason]').fill('常务会议定');
  await dialog.locator('[data-act=confirm]').click();
  await page.locator('.state', { hasText: '已实施' }).waitFor();
  assert.equal(await page.locator('[data-act=apply], [data-act=drop]').count(), 0, 'it is closed');
  assert.equal(await targetOf(project), wouldBe);
  await page.locator('nav a[href^="/scenarios"]').click();
  const row = page.locator('[data-scenario]', { hasText: word });
  await row.getByText('已实施').waitFor();
  assert.match(await row.innerText(), /county-longxi.*county-longxi/s, 'who counted it, who applied it');
  assertQuiet(page, 'what-if');
  await page.context().close();
});

test('a what-if whose answer was lost on the way is kept once, however often it is sent again', async () => {
  const project = await newCase(office, { planned_start_on: day(20) });
  const page = await portal.signedIn('county-longxi', `/${project.name}?tab=approvals&view=whatif`);
  await page.locator('input[name=days]').fill('30');
  await page.locator('[data-act=count]').click();
  await page.locator('[data-part=what-if-answer]').waitFor();
  const word = freshWord();
  await page.locator('input[name=title]').fill(`答复丢失 ${word}`);
  await page.route('**/v1/scenarios', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await page.locator('[data-act=keep]').click();
  await page.locator('[role=alert]').first().waitFor();
  const kept = async () => (await office.get('/v1/scenarios')).scenarios.filter(({ title }) => title.includes(word));
  const [first] = await kept();
  await page.locator('[data-act=keep]').click();
  await page.waitForURL(/\/scenarios\/[0-9a-f-]{36}/);
  assert.ok(page.url().endsWith(first.name), 'the one that was kept');
  assert.equal((await kept()).length, 1);
  await page.context().close();
});

test('a case that changed meanwhile is named, and the what-if is counted again from there', async () => {
  const project = await newCase(office);
  const { name } = await office.post('/v1/scenarios', { title: '推演冲突', cases: [`cases/${idOf(project)}`], changes: [{ shift_working_days: 5 }], request_id: randomUUID() });
  await office.patch(`/v1/${project.name}`, { planned_start_on: day(230) }, { request_id: randomUUID() });
  await eventually('the case service knows the new start', async () => (await targetOf(project)) === day(230));
  const page = await portal.signedIn('city-office', `/${name}`);
  await page.locator('[data-act=apply]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('textarea[name=reason]').fill('试验');
  await dialog.locator('[data-act=confirm]').click();
  assert.match(await dialog.locator('[data-conflict]').innerText(), new RegExp(project.title));
  await assertAccessible(page, 'conflict');
  assert.equal(await targetOf(project), day(230), 'nothing was changed');
  await dialog.getByRole('button', { name: '重新推演' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(name.slice('scenarios/'.length)));
  assert.equal((await measure(page, 'target'))[0], day(230));
  page.problems.length = 0; // Chromium logs the refusal.
  await page.locator('[data-act=drop]').click();
  await page.locator('dialog[open] [data-act=confirm]').click();
  await page.locator('.state', { hasText: '已放弃' }).waitFor();
  assertQuiet(page, 'conflict');
  await page.context().close();
});

test('a whole list is counted with its starts by date; other limits are compared and never applied', async () => {
  const [one, two] = [await newCase(office, { planned_start_on: day(30) }), await newCase(office)];
  const list = `lists/what-if-${freshWord()}`;
  await office.post('/v1/lists', { title: `推演清单 ${list}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 }, { list_id: list.slice(6), request_id: randomUUID() });
  await office.post(`/v1/${list}/adjustments`, { reason: '试验', additions: [one, two].map((project) => ({ project: project.name, kind: 'NEW_START' })), request_id: randomUUID() });
  const ask = () => office.post('/v1/scenarios', { title: '试算', list, changes: [{ shift_working_days: 1 }], validate_only: true });
  await eventually('the case service knows the list', async () => (await ask().catch(() => ({}))).cases === '2');
  const page = await portal.signedIn('city-office', `/${list}`);
  await page.locator(`main a[href^="/scenarios/new"]`).click();
  await page.locator('select[name=kind]').selectOption('limit');
  await page.locator('input[name=percent]').fill('10');
  await page.locator('[data-act=count]').click();
  await page.locator('.virtual .body [role=row]').first().waitFor();
  assert.equal(await page.locator('[data-sum=cases] dd').innerText(), '2');
  await assertAccessible(page, 'what-if of a list');
  await page.locator('[data-act=keep]').click();
  await page.waitForURL(/\/scenarios\/[0-9a-f-]{36}/);
  await page.locator('[data-act=drop]').waitFor();
  assert.equal(await page.locator('[data-act=apply]').count(), 0, 'limits are law');
  assertQuiet(page, 'list');
  await page.context().close();
});

test('what cannot be counted is said field by field, and what was typed stays', async () => {
  const project = await newCase(office);
  const page = await portal.signedIn('city-office', `/${project.name}?tab=approvals&view=whatif`);
  await page.route('**/v1/scenarios', (route) => route.fulfill({ status: 400, json: { error: { code: 400, message: 'wrong', details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'INVALID_FIELDS' }, { '@type': 'type.googleapis.com/google.rpc.BadRequest', field_violations: [{ field: 'changes[0].add_procedure', description: 'is in no template' }] }] } } }));
  await page.locator('input[name=days]').fill('-3');
  await page.locator('[data-act=count]').click();
  await page.locator('[data-part=what-if] [role=alert] code', { hasText: 'changes[0].add_procedure' }).waitFor();
  assert.equal(await page.locator('input[name=days]').inputValue(), '-3');
  await page.context().close();
});

test('readers see what was kept and have nothing to press; the past has no what-if', async () => {
  const project = await newCase(office);
  const { name } = await office.post('/v1/scenarios', { title: '只读推演', cases: [`cases/${idOf(project)}`], changes: [{ shift_working_days: 5 }], request_id: randomUUID() });
  const reader = await portal.signedIn('leader-01', `/${name}`);
  await reader.locator('[data-measure=target]').waitFor();
  assert.equal(await reader.locator('main button').count(), 0);
  await reader.goto(`${portal.url}/${project.name}?tab=approvals`);
  await reader.locator('[data-view=table]').waitFor();
  assert.equal(await reader.locator('[data-view=whatif]').count(), 0);
  assertQuiet(reader, 'reader');
  await reader.context().close();
  const stranger = await portal.signedIn('county-zhangxian', `/${name}`);
  await stranger.locator('[data-state=absent]').waitFor();
  await stranger.context().close();
  const past = await portal.signedIn('city-office', '/scenarios/new?as_of=2022-04-20');
  await past.locator('main [role=status]', { hasText: '过去' }).waitFor();
  await past.context().close();
});
