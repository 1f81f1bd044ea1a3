// The way of a ledger: uploaded, checked, sent back with its errors, corrected, imported once; and files that mean harm.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { columns } from '../dingxi/columns.mjs';
import { csvHeading, csvLine, workbookBytes } from '../dingxi/workbook.mjs';
import { figureValue } from '../dingxi/verify.mjs';
import { columnOf, createList, ledgerRow, openWorkbook, zip } from './samples.mjs';
import { sendRaw } from './socket.mjs';
import { freshWord, sharedStack } from './stack.mjs';

const EFFECTIVE = '2022-05-01';
const TITLE = '端到端试验台账';
let stack;
let office;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
});

const ledger = (rows) => workbookBytes({ title: TITLE, years: [2022], rows });
const rowsOfCount = (count) => Array.from({ length: count }, (_, i) => ledgerRow(i + 1));

/** Uploads and imports; the answer is the ImportResult. */
async function importBytes(bytes, { list = '', filename = `台账-${freshWord()}.xlsx`, client = office, ...more } = {}) {
  const file = await client.upload(filename, bytes);
  const body = { file: file.name, list, effective_on: EFFECTIVE, reason: '端到端试验', request_id: randomUUID(), ...more };
  return client.finish(await client.post('/v1/projects:import', body));
}

const entries = (list) => office.all(`/v1/${list.name}/entries`, 'entries');

describe('the wizard', () => {
  test('preview says which column is read as what, with a sample, and nothing is missing', async () => {
    const file = await office.upload('预览.xlsx', await ledger(rowsOfCount(2)));
    const preview = await office.post('/v1/projects:previewImport', { file: file.name });
    assert.deepEqual(preview.sheets, ['项目清单']);
    assert.deepEqual(preview.missing, []);
    const key = (heading) => preview.columns.find((c) => c.heading.includes(heading))?.key;
    for (const heading of ['项目名称', '项目代码', '县区', '总投资', '2022年计划投资', '专项债券', '清单类别', '项目阶段', '统一社会信用代码', 'EPC']) {
      assert.ok(key(heading), `${heading} is read`);
    }
  });

  test('a ledger with wrong rows comes back annotated and nothing is applied; corrected, it is imported; again, it changes nothing', async () => {
    const list = await createList(office);
    const rows = rowsOfCount(6);
    const right = [structuredClone(rows[1]), structuredClone(rows[3])];
    rows[1].region = '不存在县';
    rows[3].total = -5;

    const refused = await importBytes(await ledger(rows), { list: list.name });
    assert.equal(refused.applied, false);
    assert.equal(refused.wrong, '2');
    assert.deepEqual([...new Set(refused.errors.map((e) => Number(e.row)))], [6, 8]);
    const wrongRegion = refused.errors.find((e) => e.row === '6');
    assert.equal(wrongRegion.heading, '县区');
    assert.match(wrongRegion.value, /不存在县/);
    assert.deepEqual(await entries(list), [], 'nothing is half done');

    const copy = await office.try('GET', `/v1/${refused.annotated_file}:download`);
    assert.equal(copy.status, 200);
    const sheet = (await openWorkbook(copy.body)).worksheets[0];
    const errorColumn = sheet.columnCount;
    assert.ok([1, 2, 3, 4].some((r) => /错误/.test(sheet.getCell(r, errorColumn).text)), 'the copy has an error column');
    assert.ok(sheet.getCell(6, errorColumn).text.length > 0);
    assert.equal(sheet.getCell(5, errorColumn).text, '');
    assert.equal(sheet.getCell(5, columnOf('项目名称')).text, rows[0].project.title);

    [rows[1], rows[3]] = right;
    const corrected = await ledger(rows);
    const done = await importBytes(corrected, { list: list.name });
    assert.deepEqual([done.applied, done.created, done.added_to_list, done.wrong], [true, '6', '6', '0']);
    assert.equal((await entries(list)).length, 6);

    const again = await importBytes(corrected, { list: list.name });
    assert.deepEqual([again.created, again.updated, again.unchanged, again.added_to_list], ['0', '0', '6', '0']);
    assert.equal((await office.all(`/v1/${list.name}/adjustments`, 'adjustments')).length, 1);
  });

  test('by choice the right rows are applied although others are wrong', async () => {
    const list = await createList(office);
    const rows = rowsOfCount(4);
    rows[2].project.industry = 'Z99';
    const result = await importBytes(await ledger(rows), { list: list.name, apply_valid_rows: true });
    assert.deepEqual([result.applied, result.created, result.wrong], [true, '3', '1']);
    assert.equal((await entries(list)).length, 3);
  });

  test('a check only says what would happen and writes nothing', async () => {
    const list = await createList(office);
    const result = await importBytes(await ledger(rowsOfCount(3)), { list: list.name, validate_only: true });
    assert.deepEqual([result.applied, result.created, result.wrong], [false, '3', '0']);
    assert.deepEqual(await entries(list), []);
  });

  test('a CSV ledger is read like a workbook', async () => {
    const list = await createList(office);
    const specs = columns([2022]);
    const text = csvHeading(specs) + rowsOfCount(5).map((row) => csvLine(specs, row)).join('');
    const result = await importBytes(Buffer.from(text), { list: list.name, filename: '台账.csv' });
    assert.deepEqual([result.applied, result.created], [true, '5']);
  });

  test('what was imported adds up to the figures of the list, and the original is kept by hash', async () => {
    const list = await createList(office);
    const rows = rowsOfCount(8);
    const bytes = await ledger(rows);
    const file = await office.upload('原件.xlsx', bytes);
    assert.match(file.sha256, /^[0-9a-f]{64}$/);
    await office.finish(await office.post('/v1/projects:import', { file: file.name, list: list.name, effective_on: EFFECTIVE, reason: '试验', request_id: randomUUID() }));
    const view = await office.get('/v1/figures');
    const total = view.figures.find((f) => f.key === `lists.${list.name.slice(6)}.total_investment`);
    assert.equal(figureValue(total), BigInt(rows.reduce((a, r) => a + r.total, 0)) * 1000000n);
    const original = await office.try('GET', `/v1/${file.name}:download`);
    assert.deepEqual(original.body, bytes);
  });
});

describe('wrong cells are named one by one', () => {
  const cases = [
    ['an amount of letters', (row) => (row.total = '很多'), '总投资'],
    ['an amount below zero', (row) => (row.total = -1), '总投资'],
    ['an amount beyond all money', (row) => (row.total = 1e15), '总投资'],
    ['an impossible date', (row) => (row.project.planned_start_on = '2022-02-31'), '拟开工日期'],
    ['a project code that is nearly one', (row) => (row.project.project_code = '2203-62112-04-01-123456'), '项目代码'],
    ['a credit code with a wrong check character', (row) => (row.project.owner_credit_code = '91350100M000100Y44'), '统一社会信用代码'],
    ['an unknown department', (row) => (row.project.competent_department = '市不存在局'), '主管部门'],
    ['a title of 201 characters', (row) => (row.project.title = '长'.repeat(201)), '项目名称'],
    ['no title', (row) => (row.project.title = ''), '项目名称'],
    ['sources that do not add up', (row) => (row.project.sources = { OWN_FUNDS: row.total - 1 }), ''],
  ];

  test('each kind of wrong cell gives its row, its heading and what is allowed', async () => {
    const rows = cases.map(([, spoil], i) => {
      const row = ledgerRow(i + 1);
      spoil(row);
      return row;
    });
    const specs = columns([2022]);
    const csv = csvHeading(specs) + rows.map((row) => csvLine(specs, row)).join('');
    const result = await importBytes(Buffer.from(csv), { filename: '错误.csv' });
    assert.equal(result.applied, false);
    assert.equal(result.wrong, String(cases.length));
    cases.forEach(([name, , heading], i) => {
      const error = result.errors.find((e) => Number(e.row) === i + 2 && e.heading.includes(heading));
      assert.ok(error, `${name}: ${JSON.stringify(result.errors.filter((e) => Number(e.row) === i + 2))}`);
      assert.ok(error.message.length > 5, name);
    });
  });

  test('ten thousand wrong rows are counted, the first thousand told, and the copy holds all', async () => {
    const specs = columns([2022]);
    const lines = Array.from({ length: 10000 }, (_, i) => csvLine(specs, { ...ledgerRow(i + 1), region: '不存在县' }));
    const result = await importBytes(Buffer.from(csvHeading(specs) + lines.join('')), { filename: '万行.csv' });
    assert.deepEqual([result.applied, result.wrong, result.errors.length], [false, '10000', 1000]);
    const copy = await office.try('GET', `/v1/${result.annotated_file}:download`);
    assert.equal((await openWorkbook(copy.body)).worksheets[0].actualRowCount, 10001);
  });

  test('SQL, formulas and markup in cells are kept as text', async () => {
    const list = await createList(office);
    const evil = [`'; DROP TABLE project_version; --${freshWord()}`, `=HYPERLINK("http://x","${freshWord()}")`, `<svg onload=alert(1)>${freshWord()}`];
    const rows = evil.map((title, i) => ledgerRow(i + 1, { title }));
    const result = await importBytes(await ledger(rows), { list: list.name });
    assert.equal(result.created, '3');
    assert.deepEqual(new Set((await entries(list)).map((e) => e.project.title)), new Set(evil));
  });

  test('headings that are missing are named', async () => {
    const reply = await failed('事项,金额\r\n甲,1\r\n', '表头.csv');
    assert.match(reply, /HEADINGS_NOT_FOUND/);
    assert.match(reply, /项目名称/);
  });
});

/** What the system says of a file that cannot be imported, wherever it says it: at upload, at the start, or in the operation. */
async function failed(bytes, filename) {
  const raw = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  const uploaded = await office.try('POST', '/v1/files', { raw, query: { filename }, headers: { 'content-type': 'application/octet-stream' } });
  if (uploaded.status >= 400) return JSON.stringify(uploaded.body);
  const body = { file: uploaded.body.name, effective_on: EFFECTIVE, reason: '试验', request_id: randomUUID() };
  const started = await office.try('POST', '/v1/projects:import', { body });
  if (started.status >= 400) return JSON.stringify(started.body);
  try {
    return `imported: ${JSON.stringify(await office.finish(started.body))}`;
  } catch (error) {
    return JSON.stringify(error.body);
  }
}

describe('files that mean harm leave nothing behind', () => {
  const sheetXml = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>';
  const bomb = () => {
    const data = deflateRawSync(Buffer.alloc(300 << 20, 0x20), { level: 9 });
    return zip([{ name: '[Content_Types].xml', data: Buffer.from('<Types/>') }, { name: 'xl/workbook.xml', data, method: 8, size: 300 << 20 }, { name: 'xl/worksheets/sheet1.xml', data, method: 8, size: 1000 }]);
  };
  const cases = [
    ['a truncated workbook', async () => (await ledger(rowsOfCount(3))).subarray(0, 4000), 'x.xlsx', /NOT_A_WORKBOOK/],
    ['an encrypted workbook', async () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), randomBytes(4096)]), 'x.xlsx', /ENCRYPTED_WORKBOOK|NOT_A_WORKBOOK/],
    ['a zip with encrypted members', async () => zip([{ name: 'xl/workbook.xml', data: randomBytes(200) }], { flags: 1 }), 'x.xlsx', /ENCRYPTED_WORKBOOK|NOT_A_WORKBOOK/],
    ['a renamed PDF', async () => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'), 'x.xlsx', /NOT_A_WORKBOOK/],
    ['a renamed web page', async () => Buffer.from('<html><table><tr><td>项目名称</td></tr></table></html>'), 'x.xlsx', /NOT_A_WORKBOOK/],
    ['a workbook with macros', async () => zip([{ name: '[Content_Types].xml', data: Buffer.from('<Types/>') }, { name: 'xl/vbaProject.bin', data: Buffer.from('x') }, { name: 'xl/worksheets/sheet1.xml', data: Buffer.from(sheetXml) }]), 'x.xlsm', /MACRO_WORKBOOK/],
    ['a zip bomb', async () => bomb(), 'x.xlsx', /WORKBOOK_TOO_LARGE_INSIDE|NOT_A_WORKBOOK/],
    ['bytes that are no text', async () => Buffer.concat([Buffer.from('项目名称,总投资（万元）\r\n'), Buffer.from([0xff, 0xfe, 0x80, 0x0a])]), 'x.csv', /BAD_UTF8|HEADINGS_NOT_FOUND|NOT_A_WORKBOOK/],
    ['an empty file', async () => Buffer.alloc(0), 'x.xlsx', /INVALID_FIELDS|NOT_A_WORKBOOK|FILE_/],
  ];
  for (const [name, make, filename, reason] of cases) {
    test(`${name} is refused with a reason`, async () => {
      const count = async () => (await office.get('/v1/projects', { page_size: 1, filter: `place = "${'无'}"`, include_total_size: true })).total_size;
      const before_ = await count();
      const text = await failed(await make(), filename);
      assert.match(text, reason);
      assert.doesNotMatch(text, /SELECT|INSERT|\.cc:|\/tmp\/|std::/, 'no internals');
      assert.equal(await count(), before_);
    });
  }

  test('an upload of 200 MB is refused with 413 before it is read', async () => {
    await office.signIn();
    const head = (length) => `POST /v1/files?filename=big.xlsx HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${office.token}\r\n${length}\r\n\r\n`;
    const declared = await sendRaw(stack.url, head(`Content-Length: ${200 << 20}`));
    assert.match(declared.line, /^HTTP\/1\.1 413/);
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1 << 20), Buffer.from('\r\n')]);
    const streamed = await sendRaw(stack.url, head('Transfer-Encoding: chunked'), { pieces: Array(200).fill(chunk) });
    assert.match(streamed.line, /^HTTP\/1\.1 413/);
    assert.ok(streamed.sent < 80, `the door stopped reading after ${streamed.sent} MiB`);
  });

  test('another county’s account reads neither the file nor the operation', async () => {
    const longxi = await stack.as('county-longxi');
    const other = await stack.as('county-zhangxian');
    const file = await longxi.upload('陇西.xlsx', await ledger(rowsOfCount(1)));
    for (const path of [`/v1/${file.name}`, `/v1/${file.name}:download`]) assert.equal((await other.try('GET', path)).status, 404, path);
    const reply = await other.try('POST', '/v1/projects:import', { body: { file: file.name, effective_on: EFFECTIVE, reason: '试验' } });
    assert.equal(reply.status, 404);
  });

  test('a county’s ledger with a row of another county is refused, row by row', async () => {
    const longxi = await stack.as('county-longxi');
    const rows = [ledgerRow(1), ledgerRow(2, { region: '漳县' })];
    const result = await importBytes(await ledger(rows), { client: longxi });
    assert.deepEqual([result.applied, result.wrong, result.errors[0].row], [false, '1', '6']);
  });
});
