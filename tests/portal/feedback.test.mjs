// 意见反馈: said on any page, answered by the office, read by whoever said it and by nobody else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, Portal } from './browser.mjs';

let portal;
before(async () => { portal = await Portal.open(); });
after(async () => { await portal.close(); });

const dialog = (page) => page.locator('dialog[open]');

test('what is said of a page is answered by the office, and read with its answer by whoever said it', async () => {
  const word = freshWord();
  const leader = await portal.signedIn('leader-02', '/lists/invest-2022?as_of=2022-04-20&filter=title : "某人"');
  await leader.locator('[data-act=feedback]').click();
  await dialog(leader).locator('textarea[name=feedback]').fill(`字太小 ${word}`);
  await assertAccessible(leader, 'feedback');
  await dialog(leader).locator('button[type=submit]').click();
  const mine = dialog(leader).locator('[data-feedback]', { hasText: word });
  await mine.getByText('待答复').waitFor();
  assert.match(await mine.innerText(), /\/lists\/invest-2022$/m, 'the page without what was searched for');
  assertQuiet(leader, 'feedback');

  const office = await portal.signedIn('city-office', '/feedback');
  const entry = office.locator('li', { hasText: word });
  await entry.getByText('leader-02').waitFor();
  await entry.getByRole('button', { name: '答复这条意见' }).click();
  await entry.locator('textarea[name=answer]').fill(`已放大 ${word}`);
  await assertAccessible(office, 'answer');
  await entry.locator('button[type=submit]').click();
  await entry.getByText('已答复', { exact: true }).waitFor();
  await office.locator('[data-state-choice=ANSWERED]').click();
  await office.locator('[data-state-choice=OPEN]').click();
  await office.locator('.entries, [data-state=empty]').first().waitFor();
  assertQuiet(office, 'answer');
  await office.context().close();

  await leader.keyboard.press('Escape');
  await leader.locator('[data-act=feedback]').click();
  await mine.getByText(`已放大 ${word}`).waitFor();
  await leader.context().close();

  const other = await portal.signedIn('leader-03', '/feedback?state=ANSWERED');
  await other.locator('[data-state=empty], .entries').first().waitFor();
  assert.equal(await other.getByText(word).count(), 0);
  assert.equal(await other.locator('main button', { hasText: '答复' }).filter({ hasNotText: /^(待|已)答复$/ }).count(), 0, 'nothing to answer with');
  assertQuiet(other, 'others');
  await other.context().close();
});

test('of two who answer at once, the second sees the first answer before it is replaced', async () => {
  const word = freshWord();
  const county = await portal.stack.as('county-longxi');
  const entry = await county.post('/v1/feedback', { page: '/work', text: `同时答复 ${word}`, request_id: crypto.randomUUID() });
  const page = await portal.signedIn('city-office', '/feedback');
  const row = page.locator(`li:has([data-feedback="${entry.name}"])`);
  await row.getByRole('button', { name: '答复这条意见' }).click();
  await row.locator('textarea[name=answer]').fill('我的答复');
  await (await portal.stack.as('city-office')).post(`/v1/${entry.name}:answer`, { answer: '别人的答复', request_id: crypto.randomUUID() });
  await row.locator('button[type=submit]').click();
  await row.locator('[data-theirs]', { hasText: '别人的答复' }).waitFor();
  assert.equal(await row.locator('textarea[name=answer]').inputValue(), '我的答复');
  assert.equal((await county.get(`/v1/${entry.name}`)).answer, '别人的答复', 'not written over unseen');
  await row.locator('button[type=submit]').click();
  await row.locator('.answer', { hasText: '我的答复' }).waitFor();
  await page.context().close();
});
