// The generator's own tests: every published total exactly, and data that a city office would believe.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ExcelJS from 'exceljs';
import { KINDS } from './catalogue.mjs';
import { creditCheck, isCreditCode } from './codes.mjs';
import { columns } from './columns.mjs';
import { DEPARTMENTS } from './directory.mjs';
import { PUBLISHED, entriesAt, figuresAt } from './figures.mjs';
import { portfolio } from './portfolio.mjs';
import { Random, partition } from './random.mjs';
import { LIMITS, scaleCounties, scaleCsv, scaleRegion } from './scale.mjs';
import { rowsOf, workbookBytes } from './workbook.mjs';

const data = portfolio();
const all = [...data.projects.values()];
const sum = (items, f) => items.reduce((a, item) => a + f(item), 0);

for (const expected of PUBLISHED) {
  test(`${expected.list} ${expected.region} comes out exactly as of ${expected.as_of}`, () => {
    const got = figuresAt(data, expected.list, expected.as_of, expected.region);
    for (const name of ['projects', 'total', 'planned']) if (name in expected) assert.equal(got[name], expected[name], name);
  });
}

test('陇西县 has 56 continuing and 59 new projects', () => {
  const kinds = entriesAt(data, 'invest-2022', '2022-04-20').filter((e) => data.projects.get(e.key).region === '621122').map((e) => e.kind);
  assert.deepEqual([kinds.filter((k) => k === 'CONTINUING').length, kinds.filter((k) => k === 'NEW_START').length], [56, 59]);
});

test('the first batch of starts adds up to 496 projects, 1583.5 and 482.9 亿, and both to 730 of 737', () => {
  const february = entriesAt(data, 'invest-2022', '2022-02-19');
  const first = new Set(data.starts.filter((s) => s.batch === 1).map((s) => s.key));
  const started = february.filter((e) => first.has(e.key));
  assert.deepEqual([started.length, sum(started, (e) => e.total), sum(started, (e) => e.plans[2022])], [496, 15835000, 4829000]);
  const both = new Set(data.starts.filter((s) => s.year === 2022).map((s) => s.key));
  const april = entriesAt(data, 'invest-2022', '2022-04-20');
  assert.equal(april.filter((e) => both.has(e.key)).length, 730);
  assert.equal(april.filter((e) => both.has(e.key) && data.projects.get(e.key).region === '621122').length, 113);
});

test('a year before, 79 % of the list had started', () => {
  const list = figuresAt(data, 'invest-2021', '2021-04-20');
  const started = data.starts.filter((s) => s.year === 2021 && s.on <= '2021-04-20').length;
  assert.equal(Math.floor((10000 * started) / list.projects), 7904);
});

test('the two orders bring 23, take 11, net +12, and each says why', () => {
  const count = (name) => sum(data.orders, (o) => o[name].length);
  assert.deepEqual([count('additions'), count('removals'), count('additions') - count('removals')], [23, 11, 12]);
  for (const o of data.orders) for (const line of [...o.additions, ...o.removals, ...o.amendments]) assert.ok(line.reason);
});

test('orders name only what is there: additions are not yet on the list, removals and amendments are', () => {
  for (const order of data.orders) {
    const before = new Set(entriesAt(data, order.list, '2022-02-19').map((e) => e.key));
    for (const a of order.additions) assert.ok(!before.has(a.key));
    for (const o of [...order.removals, ...order.amendments]) assert.ok(before.has(o.key));
    for (const a of order.amendments) assert.notDeepEqual(data.projects.get(a.key).before, { total: a.total, planned: a.plans[2022] });
  }
});

test('a project on three lists counts once in the master list', () => {
  const lists = ['major-145', 'invest-2022', 'plan-2023'].map((id) => new Set(entriesAt(data, id, '2022-04-20').map((e) => e.key)));
  const onAll = [...lists[0]].filter((key) => lists[1].has(key) && lists[2].has(key));
  assert.equal(onAll.length, 12);
  assert.equal(figuresAt(data, 'master', '2022-04-20').projects, new Set(lists.flatMap((l) => [...l])).size);
});

test('money is plausible: whole 万元 from the threshold of 500, plans within the total, sources that add up', () => {
  for (const p of all) {
    for (const [total, planned] of [[p.total, sum(Object.values(p.plans), (v) => v)], ...(p.before ? [[p.before.total, p.before.planned]] : [])]) {
      assert.ok(Number.isInteger(total) && total >= 500, `${p.key} ${total}`);
      assert.ok(planned <= total, `${p.key} plans ${planned} of ${total}`);
    }
    for (const plan of Object.values(p.plans)) assert.ok(Number.isInteger(plan) && plan > 0, `${p.key} ${plan}`);
    const sources = Object.values(p.sources);
    if (sources.length) assert.equal(sum(sources, (v) => v), p.total);
  }
});

test('amounts are spread as investments are: half are small, a tenth are more than twice the mean', () => {
  const totals = entriesAt(data, 'invest-2022', '2022-04-20').map((e) => e.total).sort((a, b) => a - b);
  const mean = sum(totals, (t) => t) / totals.length;
  assert.ok(totals[368] < mean / 2);
  assert.ok(totals[663] > 2 * mean);
  assert.ok(totals.at(-1) < 20 * mean);
});

test('titles are unique, name their region, and people appear as posts only', () => {
  assert.equal(new Set(all.map((p) => p.title)).size, all.length);
  for (const p of all) assert.match(p.responsible_person, /(领导|负责人)\d\d$/);
});

test('credit codes and project codes hold to their formats', () => {
  assert.equal(creditCheck('91350100M000100Y4'), '3'); // the example of GB 32100-2015
  const codes = all.map((p) => p.project_code).filter(Boolean);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.match(code, /^\d{4}-\d{6}-\d{2}-\d{2}-\d{6}$/);
  const old = codes.filter((code) => Number(code.slice(2, 4)) > 12);
  assert.ok(old.length > 100 && codes.length - old.length > 500 && all.length - codes.length > 100, 'both formats and none');
  for (const p of all) assert.ok(isCreditCode(p.owner_credit_code), p.owner_credit_code);
  for (const o of data.organizations) assert.ok(!o.credit_code || isCreditCode(o.credit_code));
});

test('one owner has one credit code', () => {
  const codes = new Map();
  for (const p of all) {
    assert.equal(codes.get(p.owner_title) ?? p.owner_credit_code, p.owner_credit_code);
    codes.set(p.owner_title, p.owner_credit_code);
  }
});

test('the directory holds what acceptance names, and every reference in it is there', () => {
  const ids = new Set(data.organizations.map((o) => o.id));
  assert.equal(ids.size, data.organizations.length);
  assert.equal(new Set(DEPARTMENTS).size, 75);
  assert.equal(data.accounts.filter((a) => a.role === 'COUNTY').length, 9);
  assert.equal(data.officials.filter((o) => o.rank === 'CITY_LEADER').length, 30);
  for (const holder of [...data.accounts, ...data.officials]) assert.ok(ids.has(holder.organization), holder.id);
  for (const kind of KINDS) assert.ok(DEPARTMENTS.includes(kind.department), kind.department);
});

test('a project is in one stage, whichever workbook names it, and stages fit the kind', () => {
  for (const p of all) {
    if (p.kind === 'CONTINUING') assert.equal(p.stage, 'UNDER_CONSTRUCTION');
    else assert.ok(['PLANNED', 'RESERVED', 'PREPARING'].includes(p.stage));
    assert.ok(p.planned_start_on <= p.planned_completion_on, p.key);
  }
});

test('a workbook looks like a ledger and says the same amounts as the data', async () => {
  const workbook = data.workbooks.find((w) => w.list === 'invest-2022');
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(await workbookBytes({ ...workbook, rows: rowsOf(data, workbook) }));
  const sheet = book.worksheets[0];
  assert.equal(sheet.getCell('A1').value, '定西市2022年投资项目清单');
  assert.equal(sheet.getCell('A2').value, '单位：万元');
  const heading = (text) => columns(workbook.years).findIndex((c) => c.heading.startsWith(text)) + 1;
  assert.equal(sheet.getCell(3, heading('中央预算内')).text, '资金来源（万元）');
  const column = (text) => Array.from({ length: 725 }, (_, i) => sheet.getCell(i + 5, heading(text)).value);
  assert.equal(sheet.rowCount, 729);
  assert.equal(sum(column('总投资'), Number), 26090000);
  assert.equal(sum(column('2022年计划投资'), Number), 7650000);
});

test('the same call gives the same bytes', async () => {
  const bytes = async () => {
    const again = portfolio();
    const workbook = again.workbooks.at(-1);
    return workbookBytes({ ...workbook, rows: rowsOf(again, workbook) });
  };
  assert.deepEqual(await bytes(), await bytes());
});

test('partition hits any sum within its bounds and refuses others', () => {
  const random = new Random('partition test');
  for (let round = 0; round < 300; round++) {
    const weights = Array.from({ length: random.int(1, 60) }, () => random.size());
    const [low, high] = [random.int(0, 50) * 10, random.int(60, 5000) * 10];
    const total = random.int(low * weights.length, high * weights.length);
    const parts = partition({ weights, sum: total, low, high: high + 10 });
    assert.equal(sum(parts, (p) => p), total);
    for (const part of parts) assert.ok(part >= low && part <= high + 10);
  }
  assert.throws(() => partition({ weights: [1, 1], sum: 30, low: 20, high: 100 }), /cannot split/);
});

test('scale sets have codes below one account, rows in proportion, and limits', () => {
  const counties = scaleCounties(LIMITS.counties);
  assert.equal(new Set(counties.map((c) => c.region)).size, LIMITS.counties);
  for (const c of counties) assert.match(c.region, /^62(5[1-9]|[6-9]\d)(0[1-9]|[1-9]\d)$/);
  assert.equal(scaleRegion(60), '625100');
  assert.equal(scaleRegion(3000), '620000');
  const pieces = [...scaleCsv({ counties: 7, projects: 50, fromDate: '2022-02-10' })];
  assert.equal(pieces.length, 50);
  assert.ok(pieces[0].text.startsWith('\ufeff序号,项目名称'));
  assert.throws(() => scaleCounties(3001), /3000/);
  assert.throws(() => [...scaleCsv({ counties: 1, projects: 1000001, fromDate: '2022-02-10' })], /1000000/);
  assert.throws(() => [...scaleCsv({ counties: 1, projects: 1, fromDate: '2022-02-30x' })], /--from-date/);
});
