// Finding projects from anywhere: while one types, and on a page of all that fits.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';
import { newProject } from './cases.mjs';

let portal;
let office;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
});
after(async () => { await portal.close(); });

const field = (page) => page.locator('input[name=q]');
const found = (page) => page.locator('[data-found]');

test('the key / leads to the search; suggestions are walked with the arrows, and Enter opens what is chosen', async () => {
  const word = freshWord();
  const projects = [await newProject(office, { title: `引洮甲${word}工程` }), await newProject(office, { title: `引洮乙${word}工程` })];
  const page = await portal.signedIn('city-office', '/lists');
  await page.locator('main tbody tr').first().waitFor();
  await page.keyboard.press('/');
  assert.equal(await field(page).inputValue(), '', 'the key itself is no word');
  assert.equal(await field(page).getAttribute('aria-expanded'), 'false');
  await page.keyboard.type(word);
  await page.locator('[data-suggested]').nth(1).waitFor();
  assert.equal(await field(page).getAttribute('aria-expanded'), 'true');
  const titles = await page.locator('[data-suggested] strong').allInnerTexts();
  const chosen = () => page.evaluate(() => document.getElementById(document.querySelector('input[name=q]').getAttribute('aria-activedescendant'))?.textContent ?? '');
  for (const [key, expected] of [['ArrowDown', titles[0]], ['ArrowDown', titles[1]], ['ArrowDown', word], ['ArrowDown', ''], ['ArrowUp', word], ['ArrowUp', titles[1]]]) {
    await page.keyboard.press(key);
    assert.ok(expected ? (await chosen()).includes(expected) : (await chosen()) === '', `${key} → ${expected}`);
  }
  await assertAccessible(page, 'suggestions');
  await picture(page, 'search');
  await page.keyboard.press('Enter');
  await page.locator('h1', { hasText: titles[1] }).waitFor();
  assert.ok(projects.some((project) => page.url().includes(project.name)));
  assert.equal(await field(page).inputValue(), '', 'elsewhere one begins anew');
  await page.keyboard.press('/');
  await page.keyboard.type('不/要');
  assert.equal(await field(page).inputValue(), '不/要', 'in a field it is a letter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await field(page).inputValue(), '');
  assertQuiet(page, 'search box');
  await page.context().close();
});

test('pinyin initials find a title as soon as it is written, with its region, stage and investment', async () => {
  const word = freshWord();
  const project = await newProject(office, { title: `引洮工程${word}` });
  const page = await portal.signedIn('city-office', '/lists');
  await page.keyboard.press('/');
  await page.keyboard.type(`ytgc${word}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?q=ytgc/);
  await found(page).waitFor();
  assert.deepEqual(await found(page).locator('th, td').allInnerTexts(), [project.title, '待赋码', '陇西县', '前期', '1.23 亿元']);
  assert.equal(await page.locator('input[name=words]').inputValue(), `ytgc${word}`);
  await office.patch(`/v1/${project.name}`, { title: `引洮工程改名${word}` }, { update_mask: 'title', request_id: randomUUID() });
  await page.locator('[data-state=empty]').waitFor();
  await page.locator('input[name=words]').fill(`${word} yt`);
  await page.keyboard.press('Enter');
  await found(page).getByText('改名').waitFor();
  const stranger = await portal.signedIn('county-zhangxian', `/search?q=${word}`);
  await stranger.locator('[data-state=empty]').waitFor();
  for (const one of [page, stranger]) {
    assertQuiet(one, 'initials');
    await one.context().close();
  }
});

test('a region cuts the results; what is more than shown is said, and so is the past', async () => {
  const page = await portal.signedIn('city-office', `/search?q=${encodeURIComponent('工程')}`);
  await page.locator('[data-count]', { hasText: '只列出最相符的 100 项' }).waitFor();
  assert.equal(await found(page).count(), 100);
  await page.locator('select[name=region]').selectOption('621125');
  await page.waitForURL(/region=621125/);
  await page.locator('[data-count]', { hasText: /^找到 \d+ 项$/ }).waitFor();
  for (const region of await found(page).locator('td:nth-child(3)').allInnerTexts()) assert.equal(region, '漳县');
  await page.goto(`${portal.url}/search?q=${encodeURIComponent('工程')}&as_of=2022-04-20`);
  await found(page).first().waitFor();
  await page.getByText('打开以后看到的是 2022-04-20 当天的情况').waitFor();
  await found(page).first().locator('a').click();
  await page.waitForURL(/projects\/.*as_of=2022-04-20/);
  assertQuiet(page, 'region');
  await page.context().close();
});

test('nothing asked, nothing found, too many words, and a search that is not ready yet have their words', async () => {
  const page = await portal.signedIn('city-office', '/search');
  await page.getByText('拼音首字母，例如').waitFor();
  await assertAccessible(page, 'nothing asked');
  await page.locator('input[name=words]').fill(`没有${freshWord()}`);
  await page.keyboard.press('Enter');
  await page.locator('[data-state=empty]').waitFor();
  await page.locator('input[name=words]').fill('一 二 三 四 五 六');
  await page.keyboard.press('Enter');
  await page.locator('[data-state=error]').waitFor();
  await assertAccessible(page, 'too many words');
  await page.route('**/v1/views/search?*', (route) => route.fulfill({ status: 503, json: { error: { code: 503, message: 'still being read', details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SEARCH_NOT_READY' }] } } }));
  await page.locator('input[name=words]').fill('工程');
  await page.keyboard.press('Enter');
  await page.locator('[data-state=error]', { hasText: 'still being read' }).waitFor();
  await page.unroute('**/v1/views/search?*');
  await found(page).first().waitFor();
  await page.context().close();
  const operator = await portal.signedIn('operator', '/search?q=x');
  await eventually('no right', () => operator.locator('[data-state=noright]').count());
  assert.equal(await field(operator).count(), 0);
  await operator.context().close();
});
