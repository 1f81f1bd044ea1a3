// The progress bulletin (通报): what was published stands in it, every number is a figure, and as a file it is what it says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually, ownStack, sharedStack } from './stack.mjs';

const run = promisify(execFile);
const PATH = '/v1/views/bulletin';
const FILE = '/v1/views/bulletin:download';
let stack;
let office;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
});

const paragraph = (bulletin, key) => bulletin.paragraphs.find((p) => p.key === key);
const textOf = (bulletin, key) => paragraph(bulletin, key).runs.map((r) => r.text).join('');
const figureKeys = (bulletin) => bulletin.paragraphs.flatMap((p) => p.runs.map((r) => r.figure)).filter(Boolean);

/** Each number of the bulletin is a figure that the services give, with the same value. */
async function assertFigures(client, bulletin, query) {
  const { figures } = await client.get('/v1/figures', query);
  const keys = figureKeys(bulletin);
  assert.ok(keys.length >= 3, 'it names figures');
  for (const key of keys) {
    const published = figures.find((f) => f.key === key);
    const said = bulletin.figures.find((f) => f.key === key);
    assert.ok(published && said, key);
    assert.deepEqual([said.value, said.definition, said.rows, said.unit], [published.value, published.definition, published.rows, published.unit], key);
  }
}

describe('the bulletin', () => {
  test('refuses what cannot be asked', async () => {
    for (const [path, query, status] of [
      [PATH, { as_of: '2022-02-30' }, 400], [PATH, { known_at: 'yesterday' }, 400], [PATH, { region: '110000' }, 404], [PATH, { list: 'lists/invest-2022' }, 400],
      [FILE, {}, 400], [FILE, { format: 'PDF' }, 400], [FILE, { format: 'DOCX', as_of: '2022-02-30' }, 400], [FILE, { format: 'HTML', region: '110000' }, 404], [FILE, { format: 'HTML', colour: 'red' }, 400],
    ]) assert.equal((await office.try('GET', path, { query })).status, status, `${path} ${JSON.stringify(query)}`);
    const operator = await stack.as('operator');
    for (const path of [PATH, `${FILE}?format=HTML`]) {
      assert.equal((await stack.nobody().try('GET', path)).status, 401);
      assert.equal((await operator.try('GET', path)).status, 403);
    }
  });

  test('says of each day what was published of it', async () => {
    const april = await office.get(PATH, { as_of: '2022-04-20' });
    assert.equal(april.title, '定西市项目建设进展情况通报');
    for (const words of ['共纳入项目561项、总投资6986亿元', '共纳入项目737项、总投资2611.6亿元、当年计划完成投资766.7亿元', '已初步谋划163项，总投资1017亿元']) {
      assert.ok(textOf(april, 'reserve').includes(words), textOf(april, 'reserve'));
    }
    const february = await office.get(PATH, { as_of: '2022-02-19' });
    assert.ok(textOf(february, 'reserve').includes('共纳入项目725项、总投资2609亿元、当年计划完成投资765亿元'), textOf(february, 'reserve'));
    for (const part of [...april.parts, ...february.parts]) assert.equal(part.state, 'OK', JSON.stringify(part));
  });

  test('says nothing that is not a figure of the services', async () => {
    for (const as_of of ['2022-02-19', '2022-04-20']) await assertFigures(office, await office.get(PATH, { as_of }), { as_of });
  });

  test('tells of pre-approval what its figures say', async () => {
    const query = { as_of: '2022-04-20' };
    const { figures } = await office.get('/v1/figures', query);
    const rate = figures.find((f) => f.key === 'procedures.invest-2022.completion_rate').value;
    const text = textOf(await office.get(PATH, query), 'preapproval');
    // The cases are no part of every installation.
    if (rate) assert.ok(text.includes(`${Number(rate)}%`), text);
    else assert.ok(text.includes('尚无须办结的前期手续'), text);
  });

  test('of a county has its numbers and nothing of others', async () => {
    const query = { as_of: '2022-04-20' };
    const county = await stack.as('county-longxi');
    const own = await county.get(PATH, query);
    assert.equal(own.title, '陇西县项目建设进展情况通报');
    assert.ok(textOf(own, 'reserve').includes('2022年投资项目清单共纳入项目115项'), textOf(own, 'reserve'));
    assert.doesNotMatch(JSON.stringify(own), /737|2611\.6|621125|漳县|定西市项目建设进展/);
    await assertFigures(county, own, query);
    const page = (await county.try('GET', FILE, { query: { ...query, format: 'HTML' } })).body.toString('utf8');
    assert.match(page, /115/);
    assert.doesNotMatch(page, /2611\.6|漳县/);
    for (const region of ['621125', '621100']) {
      assert.equal((await county.try('GET', PATH, { query: { ...query, region } })).status, 404, region);
      assert.equal((await county.try('GET', FILE, { query: { ...query, region, format: 'DOCX' } })).status, 404, region);
    }
    const asked = await office.get(PATH, { ...query, region: '621122' });
    assert.equal(textOf(asked, 'reserve'), textOf(own, 'reserve'), 'the city reads of the county what the county reads');
  });

  test('comes as files with a Chinese name, which a browser that knows them is not sent again', async () => {
    const types = { HTML: 'text/html; charset=utf-8', DOCX: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' };
    for (const [format, type] of Object.entries(types)) {
      const query = { as_of: '2022-04-20', format };
      const file = await office.try('GET', FILE, { query });
      assert.equal(file.status, 200);
      assert.equal(file.headers.get('content-type'), type);
      assert.ok(file.headers.get('content-disposition').includes(`filename*=UTF-8''${encodeURIComponent('定西市项目建设进展情况通报（2022-04-20）')}.${format.toLowerCase()}`), file.headers.get('content-disposition'));
      const again = await office.try('GET', FILE, { query, headers: { 'if-none-match': file.headers.get('etag') } });
      assert.equal(again.status, 304);
    }
  });

  test('opens in LibreOffice, where there is one', { skip: !existsSync('/usr/bin/soffice') && 'no LibreOffice on this machine' }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulletin-'));
    try {
      const file = await office.try('GET', FILE, { query: { as_of: '2022-04-20', format: 'DOCX' } });
      writeFileSync(join(folder, 'bulletin.docx'), file.body);
      const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
      await run('/usr/bin/soffice', [profile, '--headless', '--convert-to', 'txt:Text (encoded):UTF8', '--outdir', folder, join(folder, 'bulletin.docx')]);
      const text = readFileSync(join(folder, 'bulletin.txt'), 'utf8');
      assert.ok(text.includes('共纳入项目737项、总投资2611.6亿元、当年计划完成投资766.7亿元'), text.slice(0, 500));
      await run('/usr/bin/soffice', [profile, '--headless', '--convert-to', 'pdf', '--outdir', folder, join(folder, 'bulletin.docx')]);
      assert.equal(readFileSync(join(folder, 'bulletin.pdf')).subarray(0, 5).toString(), '%PDF-');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test('a paragraph whose service is held down is marked missing, the other stays, and it comes back', { timeout: 240000 }, async () => {
  const own = await ownStack('bulletin');
  const city = await own.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  const states = async (as_of) => Object.fromEntries((await city.get(PATH, { as_of })).paragraphs.map((p) => [p.key, p.part.state]));
  await eventually('all is well', async () => (await states('2022-04-20')).preapproval === 'OK', { within_ms: 40000 });
  const hold = join(own.home, 'run', 'preapproval.hold');
  writeFileSync(hold, '');
  process.kill(await own.pid('preapproval'), 'SIGKILL');
  // A day that nobody has asked of: nothing is known from before.
  const bulletin = await eventually('the paragraph is marked', async () => {
    const now = await city.get(PATH, { as_of: '2022-04-21' });
    return paragraph(now, 'preapproval').part.state === 'MISSING' && now;
  }, { within_ms: 40000 });
  assert.equal(paragraph(bulletin, 'preapproval').runs.length, 0);
  assert.notEqual(paragraph(bulletin, 'preapproval').part.reason, '');
  assert.equal(paragraph(bulletin, 'reserve').part.state, 'OK');
  assert.notEqual(textOf(bulletin, 'reserve'), '');
  const page = await city.try('GET', FILE, { query: { as_of: '2022-04-21', format: 'HTML' } });
  assert.ok(page.body.toString('utf8').includes('本段暂缺：preapproval'));
  rmSync(hold);
  await eventually('the paragraph is back', async () => (await states('2022-04-21')).preapproval === 'OK', { within_ms: 60000 });
});
