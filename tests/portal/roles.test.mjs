// Each role signs in, sees what it should, is offered nothing that would be refused, and meets no refusal on its way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertQuiet, Portal, visit } from './browser.mjs';
import { ensureCalendars, newCase } from './cases.mjs';

let portal;
let project;
before(async () => {
  portal = await Portal.open();
  const office = await portal.stack.as('city-office');
  await ensureCalendars(office);
  project = await newCase(office);
});
after(async () => { await portal.close(); });

const WRITES = { adjust: true, importing: true, edit: true, kanban: true, whatif: true, procedure: true };
const READS = { adjust: false, importing: false, edit: false, kanban: false, whatif: false, procedure: false };
/** What each role is offered; `answer`: feedback to be answered; `origin`: from where somebody changed a project. */
const ROLES = {
  'city-office': { ...WRITES, answer: true, origin: false },
  'county-longxi': { ...WRITES, answer: false, origin: false },
  // It decides no procedure of the project, so nothing of it is its to move.
  'dept-12': { ...READS, answer: false, origin: false },
  'leader-01': { ...READS, answer: false, origin: false },
  discipline: { ...READS, answer: false, origin: false },
  organization: { ...READS, answer: false, origin: false },
  congress: { ...READS, answer: false, origin: false },
  auditor: { ...READS, answer: false, origin: true },
};

for (const [account, may] of Object.entries(ROLES)) {
  test(`${account} is offered what it may do and nothing else`, async () => {
    const page = await portal.signedIn(account, '/lists');
    const refused = [];
    page.on('response', (answer) => answer.status() >= 400 && refused.push(`${answer.status()} ${answer.url()}`));
    const open = async (path, shown) => {
      await visit(page, path);
      await page.locator(shown).first().waitFor();
    };
    const offers = async (selector) => (await page.locator(selector).count()) > 0;
    await page.locator('main tbody tr').first().waitFor();
    assert.equal(await offers('nav a[href^="/import"]'), may.importing, 'import');
    await open('/', '[data-part=figures] [data-figure]');
    await open('/regions/621122', '[data-part=largest] a');
    await open('/work', '[data-kind], [data-state=empty]');
    await open('/lists/invest-2022', '.virtual .body a');
    assert.equal((await page.getByRole('button', { name: '办理调整' }).count()) > 0, may.adjust, 'adjustment orders');
    assert.equal(await offers('main a[href^="/scenarios/new"]'), may.whatif, 'what-if of a list');
    await open('/lists/invest-2022?view=kanban', '[data-card]');
    assert.equal(await offers('[data-card] button'), may.kanban, 'moves of cards');
    await open(`/${project.name}`, '[data-part=history] tbody tr');
    assert.equal(await offers('main .head button'), may.edit, 'edits and moves');
    assert.equal(await page.locator('[data-part=history] thead th').count(), may.origin ? 8 : 7, 'where somebody sat');
    await open(`/${project.name}?tab=approvals`, 'tr[data-code=P00]');
    assert.equal(await offers('[data-view=whatif]'), may.whatif, 'what-if');
    await page.locator('tr[data-code=P00] button').click();
    await page.locator('dialog[open] h2').waitFor();
    assert.equal(await offers('dialog[open] select[name=move]'), may.procedure, 'moves of a procedure');
    await open('/scenarios', '[data-scenario], [data-state=empty]');
    assert.equal(await offers('main a[href^="/scenarios/new"]'), may.whatif, 'a new what-if');
    await open('/feedback?state=ANSWERED', '.entries, [data-state=empty]');
    assert.equal(await page.getByRole('button', { name: '修改答复' }).count() > 0 && !may.answer, false, 'answers');
    assert.deepEqual(refused, [], 'refused on the way');
    assertQuiet(page, account);
    await page.context().close();
  });
}

test('the operator, who has no project, is told so on every page', async () => {
  const page = await portal.signedIn('operator', '/lists');
  for (const path of ['/', '/regions/621122', '/lists', '/lists/invest-2022', `/${project.name}`, '/scenarios']) {
    await visit(page, path);
    await page.locator('[data-state=noright]').first().waitFor();
    assert.equal(await page.locator('main button:not([data-state-choice])').count(), 0, path);
  }
  await page.context().close();
});
