// The portal's pure parts: money, filters, files, three-way merges. They are bundled from TypeScript as they are.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { ROOT } from '../e2e/stack.mjs';

async function load(path) {
  const source = join(ROOT, 'gateway/portal/src');
  const { outputFiles } = await build({ entryPoints: [join(source, path)], bundle: true, write: false, format: 'esm', alias: { '@': source }, logLevel: 'silent' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

test('money is exact, and rounds half to even', async () => {
  const { exactYuan, shortMoney, toWan, fromWan, fenOfYuan } = await load('ui/money.ts');
  assert.equal(exactYuan(26116000000000n), '261,160,000,000.00');
  assert.equal(exactYuan(-5n), '-0.05');
  const short = (fen) => Object.values(shortMoney(fen)).join(' ');
  assert.deepEqual([26116000000000n, 9999999999n, 0n, -123450000n, 10000000000n].map(short), ['2,611.6 yi', '10,000 wan', '0 wan', '-123.45 wan', '1 yi']);
  assert.deepEqual([12345000000n, 12335000000n].map(short), ['1.23 yi', '1.23 yi']);
  assert.deepEqual([12355000000n, 12365000000n].map(short), ['1.24 yi', '1.24 yi']);
  for (const text of ['', '-1', '1e3', '1.2345678', '一千', '9999999999999']) assert.equal(fromWan(text), undefined, text);
  for (const fen of [0n, 1n, 999999n, 5200000000n, 9000000000000000n]) assert.equal(fromWan(toWan(fen)), fen);
  assert.equal(fenOfYuan('261160000000.00'), 26116000000000n);
  assert.equal(fenOfYuan('-0.5'), -50n);
});

test('a filter that the builder writes is read back the same; what it does not know stays text', async () => {
  const { parseFilter, printFilter } = await load('lists/filter.ts');
  for (const text of [
    '', 'stage = PREPARING', 'title : "公路"', 'stage = PREPARING AND (region = 621122 OR region = 621125)', '(stage = STARTED AND region != 621122) OR total_investment_fen >= 500000000',
    'title = "a \\"quoted\\" \\\\ \\* (text) AND OR"',
  ]) {
    const tree = parseFilter(text);
    assert.ok(tree, text);
    assert.equal(printFilter(tree), text);
  }
  for (const text of ['a = 1 AND b = 2 OR c = 3', 'NOT stage = PLANNED', '-stage = PLANNED', 'title:*', '公路', 'title = "x*"', '(stage = PLANNED', 'stage:(PLANNED OR STARTED)', 'stage = ', '= 3']) assert.equal(parseFilter(text), undefined, text);
});

test('a CSV cell is quoted, and no spreadsheet takes it for a formula', async () => {
  const { csvCell } = await load('lists/columns.ts');
  assert.deepEqual(['=1+1', '+86', '@x', '-x', '-12.5', 'a,b', 'say "hi"', '公路'].map(csvCell), ["'=1+1", "'+86", "'@x", "'-x", '-12.5', '"a,b"', '"say ""hi"""', '公路']);
});

test('a merge takes what one side changed and asks about what both did', async () => {
  const { merge, FACTS } = await load('project/facts.ts');
  const all = Object.fromEntries(FACTS.map(({ key }) => [key, 'old']));
  const { facts, conflicts } = merge(all, { ...all, place: 'mine', title: 'mine', region: 'same' }, { ...all, place: 'theirs', owner_title: 'theirs', region: 'same' });
  assert.deepEqual(conflicts, ['place']);
  assert.deepEqual([facts.title, facts.owner_title, facts.place, facts.region, facts.nature], ['mine', 'theirs', 'theirs', 'same', 'old']);
});
