// Work done in the portal: a ledger with errors, an adjustment order, an edit that meets another, a move. Own projects only:
// the installation is shared with tests that read its figures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import ExcelJS from 'exceljs';
import { freshWord } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

const XSS = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
const LIST = `portal-${freshWord()}`;
let portal;
let office;

before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  await office.post('/v1/lists?list_id=' + LIST, { title: `门户试用清单 ${LIST}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2026, last_year: 2026 });
});
after(async () => { await portal.close(); });

async function newProject(title, more = {}) {
  return office.post('/v1/projects', {
    project: { title, region: '621122', field: 'ENERGY', nature: 'NEW_CONSTRUCTION', regime: 'FILING', owner_title: `${title}公司`, total_investment_fen: '12300000000', ...more },
    initial_stage: 'PREPARING', duplicate_override_reason: '测试项目',
  });
}

async function ledger(rows) {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('台账');
  sheet.addRow(['项目名称', '县区', '所属领域', '建设性质', '审批方式', '项目单位', '总投资（万元）', '建设类别']);
  for (const row of rows) sheet.addRow(row);
  return { name: 'ledger.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: Buffer.from(await book.xlsx.writeBuffer()) };
}

test('a ledger with an error is shown cell by cell, mended, and imported onto a list', async () => {
  const word = freshWord();
  const right = [`门户导入甲 ${word}`, '陇西县', '能源', '新建', '备案', `甲 ${word} 公司`, 5200, '新建'];
  const wrong = [`门户导入乙 ${word}`, '没有的县', '能源', '新建', '备案', `乙 ${word} 公司`, '很多', '新建'];
  const page = await portal.signedIn('city-office', `/import?list=lists/${LIST}`);
  await page.locator(`select[name=list] option[value="lists/${LIST}"]`).waitFor({ state: 'attached' });
  await page.locator('select[name=list]').selectOption(`lists/${LIST}`);
  await page.locator('input[name=file]').setInputFiles(await ledger([right, wrong]));
  await page.locator('input[name=reason]').fill('门户导入试验');
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-step=mapping][aria-current]').waitFor();
  await assertAccessible(page, 'import columns');
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-wrong]').waitFor();
  const cells = await page.locator('.errors tbody').innerText();
  assert.match(cells, /没有的县/);
  assert.match(cells, /很多/);
  await assertAccessible(page, 'import errors');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载标注错误的台账' }).click()]);
  const marked = new ExcelJS.Workbook();
  await marked.xlsx.readFile(await download.path());
  assert.ok(marked.worksheets.length >= 1);
  await page.getByRole('button', { name: '改正后重新上传' }).click();
  await page.locator('input[name=file]').setInputFiles(await ledger([right, [wrong[0], '漳县', ...wrong.slice(2, 6), 800, '新建']]));
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-step=mapping][aria-current]').waitFor();
  await page.locator('section.card button[type=submit]').click();
  await page.locator('[data-clean]').waitFor();
  await page.getByRole('button', { name: '开始导入' }).click();
  assert.match(await page.locator('[data-applied]').innerText(), /新增 2.*纳入清单 2/);
  await page.getByRole('link', { name: '打开清单' }).click();
  await page.locator('.count', { hasText: '/ 2 ' }).waitFor();
  assertQuiet(page, 'import');
  await page.context().close();
});

test('an adjustment order adds and removes with a reason, tried before it is carried out', async () => {
  const word = freshWord();
  const project = await newProject(`门户调整 ${word}`);
  const page = await portal.signedIn('city-office', `/lists/${LIST}`);
  await page.getByRole('button', { name: '办理调整' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input[name=find]').fill(project.title);
  await dialog.getByRole('button', { name: '查找' }).click();
  await dialog.locator('.found').getByRole('button', { name: '新增' }).first().click();
  await dialog.locator('input[name=reason]').fill('门户调整试验');
  await dialog.getByRole('button', { name: '试办' }).click();
  await dialog.getByRole('button', { name: '正式办理' }).click();
  await dialog.getByText('新增 1').waitFor();
  await dialog.locator('.el-button').click();
  await page.locator('.virtual .body a', { hasText: project.title }).waitFor();
  await page.getByRole('checkbox', { name: `选择 ${project.title}` }).check();
  await page.getByRole('button', { name: '办理调整' }).click();
  await dialog.locator('input[name=reason]').fill('门户移出试验');
  await dialog.getByRole('button', { name: '试办' }).click();
  await dialog.getByRole('button', { name: '正式办理' }).click();
  await dialog.getByText('移出 1').waitFor();
  await dialog.locator('.el-button').click();
  await page.locator('.virtual .body a', { hasText: project.title }).waitFor({ state: 'detached' });
  assertQuiet(page, 'adjustment');
  await page.context().close();
});

test('two edits of one project are brought together field by field', async () => {
  const word = freshWord();
  const project = await newProject(`门户冲突 ${word}`, { place: '原地点' });
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  await page.getByRole('button', { name: '修改' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input[name=place]').fill('我的地点');
  await dialog.locator('input[name=owner_title]').fill(`我的单位 ${word}`);
  await office.patch(`/v1/${project.name}?update_mask=place,responsible_person&reason=x`, { name: project.name, place: '别人的地点', responsible_person: '别人的责任人' });
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('[data-conflict=place]').waitFor();
  assert.equal(await dialog.locator('[data-conflict]').count(), 1, 'only what both changed is asked');
  await assertAccessible(page, 'conflict');
  page.problems.length = 0; // Chromium logs the refused save.
  await dialog.locator('[data-conflict=place] input[value=mine]').check();
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-fact=place]', { hasText: '我的地点' }).waitFor();
  const now = await office.get(`/v1/${project.name}`);
  assert.deepEqual([now.place, now.owner_title, now.responsible_person], ['我的地点', `我的单位 ${word}`, '别人的责任人']);
  assertQuiet(page, 'conflict');
  await page.context().close();
});

test('an edit whose answer was lost on the way is saved once, without a conflict with oneself', async () => {
  const project = await newProject(`门户丢失 ${freshWord()}`);
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  await page.getByRole('button', { name: '修改' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input[name=place]').fill('新的地点');
  await page.route(`**/v1/${project.name}?*`, async (route) => {
    if (route.request().method() !== 'PATCH') return route.fallback();
    await route.fetch();
    return route.abort();
  }, { times: 1 });
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('[role=alert]').waitFor();
  assert.equal((await office.get(`/v1/${project.name}`)).place, '新的地点', 'it was saved');
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await office.get(`/v1/${project.name}`)).etag, '2', 'once');
  await page.context().close();
});

test('plans, funding and attributes are edited where the other facts are; a plan that stays keeps its months', async () => {
  const months = Array(12).fill('100000000');
  const project = await newProject(`门户计划 ${freshWord()}`, { annual_plans: [{ year: 2026, planned_investment_fen: '1200000000', monthly_fen: months }] });
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  await page.getByRole('button', { name: '修改' }).click();
  const [plans, funding] = ['plans', 'funding'].map((of) => page.locator(`dialog[open] [data-rows=${of}]`));
  await plans.getByRole('button', { name: /加一行/ }).click();
  await plans.locator('.row').nth(1).locator('input').nth(1).fill('好多');
  assert.ok(await page.locator('dialog[open] button[type=submit]').isDisabled(), 'no amount');
  await plans.locator('.row').nth(1).locator('input').nth(1).fill('350.5');
  await funding.getByRole('button', { name: /加一行/ }).click();
  await funding.locator('select').selectOption('SPECIAL_BOND');
  await funding.locator('input').fill('12300');
  await page.locator('dialog[open] input[name=epc]').check();
  await page.locator('dialog[open] button[type=submit]').click();
  // The page sees its own write at once; whoever else reads after that sees it, too.
  await page.locator('[data-part=history] tbody', { hasText: '专项债券 1.23 亿元' }).waitFor();
  const now = await office.get(`/v1/${project.name}`);
  assert.deepEqual(now.annual_plans, [{ year: 2026, planned_investment_fen: '1200000000', monthly_fen: months }, { year: 2027, planned_investment_fen: '350500000', monthly_fen: [] }]);
  assert.deepEqual(now.funding_sources, [{ kind: 'SPECIAL_BOND', amount_fen: '12300000000' }]);
  assert.equal(now.attributes.epc, true);
  assertQuiet(page, 'plans');
  await page.context().close();
});

test('a project moves on with its date; scripts in its texts are only texts', async () => {
  const project = await newProject(`${XSS}${freshWord()}`.slice(0, 180), { place: XSS.slice(0, 100), content_and_scale: XSS });
  const page = await portal.signedIn('county-longxi', `/${project.name}`);
  await page.locator('h1', { hasText: '<img' }).waitFor();
  await page.getByRole('button', { name: '办理阶段变更' }).click();
  await page.locator('dialog[open] select[name=move]').selectOption('START');
  await page.locator('dialog[open] button[type=submit]').click();
  await page.locator('.tag', { hasText: '开工' }).waitFor();
  await page.locator('[data-part=history] tbody tr').nth(1).waitFor();
  await page.locator('[data-act=undo]').click();
  assert.equal(await page.locator('dialog[open] select[name=move]').inputValue(), 'WITHDRAW_START', 'a slip is a press away from being taken back');
  await page.keyboard.press('Escape');
  assert.equal(await page.title(), '要事');
  assert.equal(await page.locator('main img, main script').count(), 0);
  assertQuiet(page, 'move');
  await page.context().close();
});

test('a project of the data set is shown in both languages and on a phone, and is read-only in the past', async () => {
  const [entry] = (await office.get('/v1/lists/invest-2022/entries?page_size=1&as_of=2022-04-20')).entries;
  for (const options of [{}, { theme: 'dark', language: 'en' }, { width: 390, height: 844 }]) {
    const page = await portal.signedIn('city-office', `/${entry.project.name}?as_of=2022-04-20`, options);
    await page.locator('[data-part=history] tbody tr').first().waitFor();
    assert.equal(await page.locator('main .head button').count(), 0, 'the past is read-only');
    await assertAccessible(page, JSON.stringify(options));
    if (!options.width && !options.theme) await picture(page, 'project');
    assertQuiet(page, JSON.stringify(options));
    await page.context().close();
  }
});

test('what is not there, or is not theirs, is said so', async () => {
  const project = await newProject(`门户陇西 ${freshWord()}`);
  const page = await portal.signedIn('county-zhangxian', `/${project.name}`);
  await page.locator('[data-state=absent]').waitFor();
  await assertAccessible(page, 'absent project');
  await page.goto(`${portal.url}/no/such/page`);
  await page.getByRole('heading', { name: '没有这个页面' }).waitFor();
  await assertAccessible(page, 'no page');
  await page.context().close();
});
