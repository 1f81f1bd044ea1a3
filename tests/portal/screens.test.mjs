// Every screen and every dialog, one table: no violation of WCAG 2.2 AA in both themes and both languages, no complaint in the console,
// no page wider than a phone. A new route needs a row here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, ROOT } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, Portal, visit } from './browser.mjs';
import { ensureCalendars, idOf, newCase, newProject } from './cases.mjs';
import { newTemplates } from './templates.mjs';

const PHONE = { width: 360, height: 780 };
let portal;
let page;
let things;

before(async () => {
  portal = await Portal.open();
  const office = await portal.stack.as('city-office');
  await ensureCalendars(office);
  const project = await newCase(office);
  const scenario = await office.post('/v1/scenarios', { title: '各屏推演', cases: [`cases/${idOf(project)}`], changes: [{ shift_working_days: 5 }], request_id: randomUUID() });
  await office.post('/v1/feedback', { page: '/work', text: '各屏意见', request_id: randomUUID() });
  things = { project: project.name, scenario: scenario.name, migration: await newMigration(office) };
  page = await portal.signedIn('city-office', '/lists');
});
after(async () => { await portal.close(); });

async function newMigration(office) {
  const { from, to, fen } = await newTemplates(office);
  const project = await newProject(office, { total_investment_fen: fen });
  await eventually('the project has come to the case service', () => office.post('/v1/cases', { project: project.name, template: from.name }).catch((error) => {
    if (error.reason !== 'PROJECT_NOT_FOUND') throw error;
  }));
  return (await office.post('/v1/caseMigrations', { from_template: from.name, to_template: to.name, rules: [{ from: 'P03', to: 'P04', reason: '各屏' }], request_id: randomUUID() })).name;
}

const click = (selector) => (p) => p.locator(selector).first().click();
const named = (pattern) => (p) => p.getByRole('button', { name: pattern }).first().click();

/** [route of the router, path, what shows that it is there, what opens its dialog]. Names of buttons are Chinese: dialogs are opened before the language changes. */
const SCREENS = [
  ['/', () => '/?as_of=2022-04-20', '[data-part=regions] [data-region]'],
  ['/', () => '/?as_of=2022-04-20', '[data-adds-up], [data-differs]', click('[data-figure]')],
  ['/', () => '/?as_of=2022-04-20', '[data-adds-up], [data-differs]', click('[data-number]')],
  ['/regions/:region', () => '/regions/621122?as_of=2022-04-20', '[data-part=largest] a'],
  ['/work', () => '/work', '[data-kind]'],
  ['/bulletin', () => '/bulletin?as_of=2022-04-20', '[data-paragraph] [data-figure]'],
  ['/lists', () => '/lists', 'tbody tr'],
  ['/lists/:list', () => '/lists/invest-2022', '.virtual .body a'],
  ['/lists/:list', () => '/lists/invest-2022?view=kanban', '[data-card]'],
  ['/lists/:list', () => '/lists/invest-2022?view=kanban', 'dialog[open] select[name=move]', click('[data-card] button')],
  ['/lists/:list', () => '/lists/invest-2022?view=groups', 'tfoot'],
  ['/lists/:list', () => '/lists/invest-2022', 'dialog[open] .group', named('筛选')],
  ['/lists/:list', () => '/lists/invest-2022', 'dialog[open] li', named(/^列$/)],
  ['/lists/:list', () => '/lists/invest-2022', 'dialog[open] input[name=view]', named('已存视图')],
  ['/lists/:list', () => '/lists/invest-2022', 'dialog[open] input[name=find]', named('办理调整')],
  ['/lists/:list/compare', () => '/lists/invest-2022/compare?from=2022-02-19&to=2022-04-20', '[data-sum=came]'],
  ['/lists/:list/adjustments', () => '/lists/invest-2022/adjustments', 'tbody tr'],
  ['/import', () => '/import', 'input[name=file]'],
  ['/projects/:project', (t) => `/${t.project}`, '[data-part=history] tbody tr'],
  ['/projects/:project', (t) => `/${t.project}`, 'dialog[open] [data-rows=plans]', named('修改')],
  ['/projects/:project', (t) => `/${t.project}`, 'dialog[open] select[name=move]', named('办理阶段变更')],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals`, 'tr[data-code=P00]'],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals`, 'dialog[open] select[name=move]', click('tr[data-code=P00] button')],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals&view=graph`, '[data-node=P01]'],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals&view=gantt`, '[data-verdict]'],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals&view=whatif`, '[data-act=count]'],
  ['/projects/:project', (t) => `/${t.project}?tab=approvals&view=baselines`, '[data-planned=P00]'],
  ['/scenarios', () => '/scenarios', '[data-scenario]'],
  ['/scenarios/new', () => '/scenarios/new?list=lists/invest-2022', '[data-act=count]'],
  ['/scenarios/:scenario', (t) => `/${t.scenario}`, '[data-measure=target]'],
  ['/scenarios/:scenario', (t) => `/${t.scenario}`, 'dialog[open] textarea[name=reason]', click('[data-act=apply]')],
  ['/scenarios/:scenario', (t) => `/${t.scenario}`, 'dialog[open] [data-act=confirm]', click('[data-act=drop]')],
  ['/caseMigrations', () => '/caseMigrations', '[data-migration]'],
  ['/caseMigrations/new', () => '/caseMigrations/new', '[data-act=preview]'],
  ['/caseMigrations/:migration', (t) => `/${t.migration}`, '[data-total="P03 → P04"]'],
  ['/caseMigrations/:migration', (t) => `/${t.migration}`, 'dialog[open] textarea[name=reason]', click('[data-act=apply]')],
  ['/search', () => '/search?q=%E5%B7%A5%E7%A8%8B', '[data-found]'],
  ['/search', () => '/search', '[data-suggested]', async (p) => { await p.locator('input[name=q]').fill('工程'); await p.keyboard.press('ArrowDown'); }],
  ['/feedback', () => '/feedback', '[data-feedback]'],
  ['/feedback', () => '/feedback', 'textarea[name=answer]', named('答复这条意见')],
  ['/feedback', () => '/work', 'dialog[open] textarea[name=feedback]', click('[data-act=feedback]')],
  ['/:rest(.*)*', () => '/no/such/page', 'main h1'],
];

/** Puts the open page into a look, as its switches do: they lie behind an open dialog. */
const look = (theme, language) => page.evaluate(([wanted, words]) => {
  const press = (name, is) => { if (!is) document.querySelector(`[data-switch=${name}]`).click(); };
  press('theme', document.documentElement.classList.contains('dark') === (wanted === 'dark'));
  press('language', document.documentElement.lang === words);
}, [theme, language]);

test('every route of the router has a row', () => {
  const router = readFileSync(join(ROOT, 'gateway/portal/src/app/router.ts'), 'utf8');
  const routes = [...router.matchAll(/path: '([^']+)'/g)].map((match) => match[1]);
  assert.deepEqual(routes.filter((route) => !SCREENS.some(([of]) => of === route)), []);
});

for (const [route, path, shown, open] of SCREENS) {
  test(`${route}${open ? ` (${shown})` : ''} is accessible in both themes and languages, quiet, and fits a phone`, async () => {
    const target = path(things);
    await page.keyboard.press('Escape'); // A dialog of the screen before.
    await visit(page, '/no/such/page?as_of='); // Without the date of the screen before.
    await page.locator('main h1').waitFor();
    await visit(page, target);
    if (open) await open(page);
    await page.locator(shown).first().waitFor();
    await assertAccessible(page, `${target} light zh-CN`);
    await look('dark', 'en');
    await page.locator('html[lang=en].dark').waitFor();
    await assertAccessible(page, `${target} dark en`);
    const size = page.viewportSize();
    await page.setViewportSize(PHONE);
    await eventually(`${target} fits a phone`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), { within_ms: 3000 });
    const dialogs = await page.locator('dialog[open]').evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
    assert.ok(dialogs.every((over) => over <= 0), `${target}: a dialog is wider than a phone`);
    await page.setViewportSize(size);
    await look('light', 'zh-CN');
    assertQuiet(page, target);
  });
}
