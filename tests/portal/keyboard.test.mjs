// The main ways through the portal without a mouse, and what a session that ends leaves of unsaved work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshWord } from '../e2e/stack.mjs';
import { assertQuiet, Portal } from './browser.mjs';
import { ensureCalendars, newCase } from './cases.mjs';

const MOST_TABS = 120;
let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await ensureCalendars(office);
});
after(async () => { await portal.close(); });

/** Presses Tab until what has the focus matches; each stop must be seen. */
async function tabTo(page, selector) {
  for (let i = 0; i < MOST_TABS; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate((wanted) => {
      const node = document.activeElement;
      const box = node?.getBoundingClientRect();
      return { found: node?.matches(wanted) ?? false, seen: !node || node === document.body || (box.width > 0 && box.height > 0), what: node?.outerHTML.slice(0, 120) };
    }, selector);
    assert.ok(at.seen, `the focus is on something that nobody sees: ${at.what}`);
    if (at.found) return;
  }
  assert.fail(`Tab does not reach ${selector}`);
}
const press = async (page, selector, key = 'Enter') => {
  await tabTo(page, selector);
  await page.keyboard.press(key);
};

test('sign in, open a list, filter it, open a project, edit it and move an approval, by keyboard alone', async () => {
  const project = await newCase(office, { title: `键盘 ${freshWord()}`, place: '原地点' });
  const list = `lists/keys-${freshWord()}`;
  await office.post('/v1/lists', { title: `键盘清单 ${list}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 }, { list_id: list.slice(6) });
  await office.post(`/v1/${list}/adjustments`, { reason: '试验', additions: [{ project: project.name, kind: 'NEW_START' }] });
  const page = await portal.page();
  await page.goto(`${portal.url}/lists`);
  await page.locator('input[name=account]:focus').waitFor();
  await page.keyboard.type('city-office');
  await page.keyboard.press('Tab');
  await page.keyboard.type(portal.stack.accounts['city-office']);
  await page.keyboard.press('Enter');
  await page.locator('header.head').waitFor();
  await press(page, 'a.skip');
  await page.locator(`a[href="/${list}"]`).waitFor();
  await press(page, `a[href="/${list}"]`);
  await page.locator('.virtual .body a').waitFor();
  await tabTo(page, 'input[name=title]');
  await page.keyboard.type('键盘');
  await page.keyboard.press('Tab');
  await page.waitForURL(/filter=/);
  await page.locator('.virtual .body a').waitFor();
  await press(page, '.views [data-view=kanban]');
  await page.locator('[data-card] button').waitFor();
  await press(page, '[data-card] button');
  await page.locator('dialog[open] select[name=move]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.locator('[data-card] a').focus();
  await page.keyboard.press('Enter');
  await page.locator('h1', { hasText: project.title }).waitFor();
  await press(page, 'main .head .el-button--primary');
  await tabTo(page, 'dialog input[name=place]');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('新地点');
  await page.keyboard.press('Enter');
  await page.locator('[data-fact=place]', { hasText: '新地点' }).waitFor();
  await press(page, '[data-tab=approvals]');
  await page.locator('tr[data-code=P00] button').waitFor();
  await press(page, 'tr[data-code=P00] button');
  await tabTo(page, 'dialog select[name=move]');
  assert.equal(await page.locator('dialog select[name=move]').inputValue(), 'SUBMIT');
  await press(page, 'dialog button[type=submit]');
  await page.locator('tr[data-code=P00]').getByText('已报送').waitFor();
  assertQuiet(page, 'keyboard');
  await page.context().close();
});

test('a figure and a region are opened from the overview by keyboard alone', async () => {
  const page = await portal.signedIn('leader-01', '/?as_of=2022-04-20');
  await page.locator('[data-part=regions] [data-region]').first().waitFor();
  await press(page, '[data-part=figures] [data-figure]');
  await page.locator('[data-adds-up]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  assert.ok(await page.evaluate(() => document.activeElement.matches('[data-part=figures] [data-figure]')), 'the focus is where it was');
  await page.locator('[data-part=regions] select').focus();
  await press(page, '[data-region]');
  await page.locator('[data-part=largest] a').first().waitFor();
  assertQuiet(page, 'overview by keyboard');
  await page.context().close();
});

test('a card dragged to the next stage asks for the move, and a start that was none is taken back', async () => {
  const project = await newCase(office, { title: `拖动 ${freshWord()}` });
  const list = `lists/drag-${freshWord()}`;
  await office.post('/v1/lists', { title: `拖动清单 ${list}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 }, { list_id: list.slice(6) });
  await office.post(`/v1/${list}/adjustments`, { reason: '试验', additions: [{ project: project.name, kind: 'NEW_START' }] });
  const page = await portal.signedIn('city-office', `/${list}?view=kanban`);
  const card = page.locator(`[data-card="${project.name}"]`);
  await card.dragTo(page.locator('[data-stage=STARTED]'));
  const dialog = page.locator('dialog[open]');
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'START');
  await dialog.locator('button[type=submit]').click();
  await page.locator(`[data-stage=STARTED] [data-card="${project.name}"]`).waitFor();
  await page.locator('[data-act=undo]').click();
  assert.equal(await dialog.locator('select[name=move]').inputValue(), 'WITHDRAW_START');
  await dialog.locator('input[name=reason]').fill('误登记');
  await dialog.locator('button[type=submit]').click();
  await page.locator(`[data-stage=PREPARING] [data-card="${project.name}"]`).waitFor();
  assert.equal((await office.get(`/v1/${project.name}`)).started_on, '');
  const reader = await portal.signedIn('leader-01', `/${list}?view=kanban`);
  await reader.locator('[data-card]').first().waitFor();
  assert.equal(await reader.locator('[data-card] button, [data-card][draggable=true]').count(), 0);
  await reader.context().close();
  assertQuiet(page, 'drag');
  await page.context().close();
});

test('a session that ends keeps an edit and a word of feedback that were not saved', async () => {
  const project = await newCase(office, { title: `会话 ${freshWord()}` });
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  // The live page may have met the ended session first and asked for the password above the form: the click then comes from the script.
  const submitSignedOut = async () => {
    await page.context().clearCookies();
    await page.locator('dialog[open] form:not(.sign-in) button[type=submit]').dispatchEvent('click');
  };
  const signIn = async () => {
    await page.locator('dialog[open] input[name=password]').fill(portal.stack.accounts['county-longxi']);
    await page.locator('dialog[open] .sign-in button[type=submit]').click();
  };
  await page.getByRole('button', { name: '修改' }).click();
  await page.locator('dialog[open] input[name=place]').fill('没有保存的地点');
  await submitSignedOut();
  await signIn();
  await page.locator('[data-fact=place]', { hasText: '没有保存的地点' }).waitFor();
  const word = freshWord();
  await page.locator('[data-act=feedback]').click();
  await page.locator('dialog[open] textarea[name=feedback]').fill(`没有提交的意见 ${word}`);
  await submitSignedOut();
  await signIn();
  await page.locator('dialog[open] [data-feedback]', { hasText: word }).waitFor();
  assert.equal((await office.get(`/v1/${project.name}`)).place, '没有保存的地点');
  await page.context().close();
});

test('of two who move a project or an approval at once, the second is shown what stands now', async () => {
  const project = await newCase(office, { title: `同时 ${freshWord()}` });
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  const dialog = page.locator('dialog[open]');
  await page.getByRole('button', { name: '办理阶段变更' }).click();
  await dialog.locator('select[name=move]').selectOption('CANCEL');
  await dialog.locator('input[name=reason]').fill('不办了');
  await office.post(`/v1/${project.name}:move`, { move: 'START' });
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('[data-changed]', { hasText: '开工' }).waitFor();
  assert.equal(await dialog.locator('input[name=reason]').inputValue(), '不办了');
  await page.keyboard.press('Escape');
  await page.locator('[data-tab=approvals]').click();
  await page.locator('tr[data-code=P00] button').click();
  await dialog.locator('select[name=move]').selectOption('SUBMIT');
  await office.post(`/v1/cases/${project.name.slice(9)}/procedures/P00:move`, { move: 'SUBMIT' });
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('[data-changed]', { hasText: '已报送' }).waitFor();
  await page.context().close();
});
