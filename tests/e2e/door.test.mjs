// The HTTP/JSON door: strict with what comes in, exact in what goes out, the same however often it is asked.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { adjust, createList, createProject, openWorkbook, projectBody } from './samples.mjs';
import { sendRaw } from './socket.mjs';
import { freshWord, sharedStack } from './stack.mjs';

let stack;
let office;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
});

/** Sends text as it is, so that it may be wrong in ways that JSON.stringify cannot make. */
async function postText(path, text, headers = {}) {
  await office.signIn();
  const reply = await fetch(`${stack.url}${path}`, { method: 'POST', body: text, headers: { authorization: `Bearer ${office.token}`, 'content-type': 'application/json', ...headers } });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const raw = async (text) => (await sendRaw(stack.url, text)).line;

const reasonOf = (reply) => reply.body?.error?.details?.find((d) => d['@type']?.endsWith('ErrorInfo'))?.reason;

describe('bodies', () => {
  const create = (inner) => `{"project": ${inner}, "effective_on": "2022-05-01"}`;
  const good = () => JSON.stringify(projectBody());
  const cases = [
    ['an unknown field names its path', () => create(good().replace(/^\{/, '{"colour": 1, ')), /project\.colour/],
    ['an unknown field deep inside names its path', () => create(good().replace('"year":2022', '"year":2022,"moon":1')), /annual_plans(\[0\]|\.0)?\.moon/],
    ['a key that comes twice', () => create(good().replace(/^\{/, '{"region": "621122", ')), /region/],
    ['an unknown enum value', () => create(good().replace('"NEW_CONSTRUCTION"', '"NEWISH"')), /nature/],
    ['a string where a number belongs', () => create(good().replace('"year":2022', '"year":"soon"')), /year/],
    ['a fraction of a fen', () => create(good().replace(/"total_investment_fen":"\d+"/, '"total_investment_fen":"10.5"')), /total_investment_fen/],
    ['an amount beyond 64 bits', () => create(good().replace(/"total_investment_fen":"\d+"/, '"total_investment_fen":"92233720368547758080"')), /total_investment_fen/],
    ['an amount beyond all money', () => create(good().replace(/"total_investment_fen":"\d+"/, '"total_investment_fen":"9000000000000001"')), /total_investment_fen/],
    ['a negative amount', () => create(good().replace(/"total_investment_fen":"\d+"/, '"total_investment_fen":"-1"')), /total_investment_fen/],
    ['not a number', () => create(good().replace('"year":2022', '"year":NaN')), /./],
    ['garbage after the end', () => `${create(good())} x`, /./],
    ['a byte order mark', () => `\ufeff${create(good())}`, /./],
    ['a comma too many', () => create(good().replace(/\}$/, ',}')), /./],
    ['a lone surrogate', () => create(good().replace('"N78"', '"\\ud800"')), /./],
    ['a body that ends too early', () => create(good()).slice(0, -9), /./],
    ['an array instead of an object', () => '[]', /./],
    ['65 levels deep', () => `${'{"project":'.repeat(65)}1${'}'.repeat(65)}`, /./],
    ['100 000 levels deep', () => '['.repeat(100000), /./],
    ['an impossible date', () => create(good()).replace('2022-05-01', '2022-02-30'), /effective_on/],
  ];
  for (const [name, body, mention] of cases) {
    test(`${name} → 400`, async () => {
      const reply = await postText('/v1/projects', body());
      assert.equal(reply.status, 400, reply.text);
      const { error } = JSON.parse(reply.text);
      assert.equal(error.code, 400);
      assert.equal(error.status, 'INVALID_ARGUMENT');
      assert.match(JSON.stringify(error), mention);
      assert.ok(error.details.some((d) => d['@type'].endsWith('ErrorInfo')), 'one ErrorInfo');
      assert.ok(error.details.some((d) => d['@type'].endsWith('LocalizedMessage') && d.locale === 'zh-CN'), 'a Chinese text');
      assert.doesNotMatch(reply.text, /SELECT|\.cc:|std::|protobuf/, 'no internals');
    });
  }

  test('bytes that are no UTF-8 → 400', async () => {
    const bytes = Buffer.from(create(good()));
    bytes[bytes.indexOf('N78')] = 0xff;
    assert.equal((await postText('/v1/projects', bytes)).status, 400);
  });

  test('a body above 4 MiB → 413, a compressed one → 415', async () => {
    const large = create(JSON.stringify(projectBody({ content_and_scale: 'x'.repeat(5 << 20) })));
    await office.signIn();
    const head = `POST /v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${office.token}\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n`;
    assert.match((await sendRaw(stack.url, head)).line, /^HTTP\/1\.1 413/);
    assert.equal((await postText('/v1/projects', 'x', { 'content-encoding': 'gzip' })).status, 415);
  });

  test('all violations come at once, each with its path', async () => {
    const project = projectBody({ title: '', region: '62', industry: 'ZZ', owner_title: '' });
    const reply = await office.try('POST', '/v1/projects', { body: { project, effective_on: '2022-05-01' } });
    assert.equal(reply.status, 400);
    const fields = reply.body.error.details.flatMap((d) => d.field_violations ?? []).map((v) => v.field);
    for (const field of ['project.title', 'project.region', 'project.industry', 'project.owner_title']) assert.ok(fields.includes(field), `${field} in ${fields}`);
  });

  test('both spellings of a field are taken; zero values and 64-bit numbers as strings are given', async () => {
    const { total_investment_fen: totalInvestmentFen, ...rest } = projectBody();
    const made = await office.post('/v1/projects', { project: { ...rest, totalInvestmentFen }, effectiveOn: '2022-05-01', request_id: randomUUID() });
    assert.equal(made.total_investment_fen, totalInvestmentFen);
    assert.equal(typeof made.total_investment_fen, 'string');
    assert.equal(made.project_code, '');
    assert.equal(made.classified, false);
    assert.deepEqual(made.funding_sources, []);
    assert.equal(made.started_on, '');
  });
});

describe('queries, paths and heads', () => {
  const cases = [
    ['an unknown query parameter', '/v1/projects?colour=red', 400, /colour/],
    ['a word where a number belongs', '/v1/projects?page_size=many', 400, /page_size/],
    ['a negative page size', '/v1/projects?page_size=-1', 400, /page_size/],
    ['an unknown enum value', '/v1/projects:summarize?group_by=BY_COLOUR', 400, /group_by/],
    ['a filter that does not parse', '/v1/projects?filter=title%3D', 400, /filter/i],
    ['a filter on an unknown field', '/v1/projects?filter=colour%3D%22red%22', 400, /colour/],
    ['an order by an unknown field', '/v1/projects?order_by=colour', 400, /colour/],
    ['a page token that nobody gave', '/v1/projects?page_token=bm9uc2Vuc2U', 400, /page_token|INVALID_PAGE_TOKEN/],
    ['an impossible time', '/v1/projects?known_at=yesterday', 400, /known_at/],
    ['an unknown path', '/v1/dragons', 404, /./],
    ['a resource that is not there', `/v1/projects/${randomUUID()}`, 404, /PROJECT_NOT_FOUND/],
    ['a name that is no id', '/v1/projects/..%2f..%2fetc', 400, /./],
    ['a NUL in the path', '/v1/projects/%00', 400, /./],
    ['a URI above 8 KiB', `/v1/projects?filter=${'x'.repeat(9000)}`, 414, /./],
  ];
  for (const [name, path, status, mention] of cases) {
    test(`${name} → ${status}`, async () => {
      const reply = await office.try('GET', path);
      assert.ok(reply.status === status || (name.includes('no id') && reply.status === 404), `${reply.status} ${JSON.stringify(reply.body)}`);
      assert.match(JSON.stringify(reply.body), mention);
    });
  }

  test('another method → 405 with Allow; HEAD answers like GET without a body', async () => {
    const reply = await office.try('DELETE', '/v1/projects');
    assert.equal(reply.status, 405);
    assert.match(reply.headers.get('allow'), /GET/);
    const head = await office.try('HEAD', '/v1/lists/master');
    assert.equal(head.status, 200);
  });

  test('without a token, with a broken one, or with one signed by another → 401', async () => {
    for (const token of ['', 'x.y.z', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjaXR5LW9mZmljZSJ9.', office.token.slice(0, -6) + 'AAAAAA']) {
      const reply = await stack.nobody().try('GET', '/v1/projects', { headers: token ? { authorization: `Bearer ${token}` } : {} });
      assert.equal(reply.status, 401, token);
    }
  });

  test('a wrong password and an unknown account get the same answer', async () => {
    const nobody = stack.nobody();
    const answer = async (account) => nobody.try('POST', '/v1/sessions', { body: { account, password: 'wrong-wrong-wrong' } });
    const [known, unknown] = [await answer('congress'), await answer(`nobody-${freshWord()}`)];
    assert.deepEqual([known.status, known.body], [unknown.status, unknown.body]);
    assert.equal(known.status, 401);
  });

  for (const [name, text] of [
    ['two lengths', 'POST /v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'POST /v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a broken chunk', 'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
    ['no HTTP at all', 'HELLO\r\n\r\n'],
    ['a header with a NUL', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n'],
  ]) {
    test(`${name} → 400 or closed`, async () => assert.match(await raw(text), /^(HTTP\/1\.1 400|$)/));
  }

  test('headers above 16 KiB → 431', async () => {
    assert.match(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20000)}\r\n\r\n`), /^(HTTP\/1\.1 431|$)/);
  });
});

describe('writes', () => {
  test('a repeated request_id returns the first answer, and another body under it is refused', async () => {
    const body = { project: projectBody(), effective_on: '2022-05-01', request_id: randomUUID() };
    const first = await office.post('/v1/projects', body);
    assert.deepEqual(await office.post('/v1/projects', body), first);
    const other = await office.try('POST', '/v1/projects', { body: { ...body, project: projectBody() } });
    assert.equal(other.status, 400);
    const found = await office.all('/v1/projects', 'projects', { filter: `title = "${body.project.title}"` });
    assert.equal(found.length, 1);
  });

  test('sixteen at once with one request_id make one project', async () => {
    const body = { project: projectBody(), effective_on: '2022-05-01', request_id: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 16 }, () => office.post('/v1/projects', body)));
    assert.equal(new Set(answers.map((a) => a.name)).size, 1);
  });

  test('of two who change what they read, one wins and the other gets the current etag', async () => {
    const project = await createProject(office);
    const change = (place) => office.try('PATCH', `/v1/${project.name}`, { body: { place, etag: project.etag }, query: { effective_on: '2022-05-02', request_id: randomUUID() } });
    const replies = await Promise.all([change('甲地'), change('乙地')]);
    assert.deepEqual(replies.map((r) => r.status).sort(), [200, 409]);
    const [lost, won] = [replies.find((r) => r.status === 409), replies.find((r) => r.status === 200)];
    assert.equal(reasonOf(lost), 'ETAG_MISMATCH');
    assert.match(JSON.stringify(lost.body), new RegExp(`"${won.body.etag}"`));
    assert.equal((await office.get(`/v1/${project.name}`)).place, won.body.place);
  });

  test('PATCH without a mask changes what the body names, and nothing else', async () => {
    const project = await createProject(office, { place: '原地' });
    const changed = await office.patch(`/v1/${project.name}`, { content_and_scale: '新内容' }, { effective_on: '2022-05-03', request_id: randomUUID() });
    assert.deepEqual([changed.content_and_scale, changed.place], ['新内容', '原地']);
    assert.equal((await office.get(`/v1/${project.name}`, { as_of: '2022-05-02' })).content_and_scale, '');
  });

  test('a writer sees its own write at once', async () => {
    for (let i = 0; i < 10; i++) {
      const project = await createProject(office);
      assert.equal((await office.get(`/v1/${project.name}`)).title, project.title);
    }
  });

  test('a classified project is refused', async () => {
    const reply = await office.try('POST', '/v1/projects', { body: { project: projectBody({ classified: true }), effective_on: '2022-05-01' } });
    assert.equal(reasonOf(reply), 'CLASSIFIED_PROJECT');
  });

  test('a project that looks like another is refused until a reason says why it is another', async () => {
    const project = projectBody();
    await office.post('/v1/projects', { project, effective_on: '2022-05-01', request_id: randomUUID() });
    const again = { project, effective_on: '2022-05-01' };
    const reply = await office.try('POST', '/v1/projects', { body: again });
    assert.equal(reasonOf(reply), 'POSSIBLE_DUPLICATE');
    const made = await office.post('/v1/projects', { ...again, duplicate_override_reason: '二期', request_id: randomUUID() });
    assert.equal(made.duplicate_override_reason, '二期');
  });

  test('an order is all or nothing: one wrong line and nothing of it is done', async () => {
    const list = await createList(office);
    const project = await createProject(office);
    const body = { reason: '试验', effective_on: '2022-05-05', additions: [{ project: project.name, kind: 'NEW_START' }], removals: [{ project: `projects/${randomUUID()}` }], request_id: randomUUID() };
    const reply = await office.try('POST', `/v1/${list.name}/adjustments`, { body });
    assert.ok([400, 404].includes(reply.status), JSON.stringify(reply.body));
    assert.deepEqual((await office.get(`/v1/${list.name}/entries`)).entries, []);
  });
});

describe('exports', () => {
  let list;
  let rows;

  before(async () => {
    list = await createList(office);
    const projects = [];
    for (const title of [`=1+1 ${freshWord()}甲乙丙`, `普通名称${freshWord()}`, `含"引号",逗号${freshWord()}`]) projects.push(await createProject(office, { title }));
    await adjust(office, list.name, { effective_on: '2022-05-05', additions: projects.map((p) => ({ project: p.name, kind: 'NEW_START' })) });
    rows = await office.all(`/v1/${list.name}/entries`, 'entries');
    assert.equal(rows.length, 3);
  });

  test('the workbook holds the rows of the list in its order, formulas as text, money as numbers', async () => {
    const reply = await office.try('GET', `/v1/${list.name}/entries:export`, { query: { format: 'XLSX' } });
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type'), /spreadsheetml/);
    assert.match(reply.headers.get('content-disposition'), /filename\*?=/);
    const sheet = (await openWorkbook(reply.body)).worksheets[0];
    const table = sheet.getSheetValues().slice(1).map((row) => row.slice(1));
    const at = table.findIndex((row) => row.includes('项目名称'));
    const [name, total] = [table[at].indexOf('项目名称'), table[at].findIndex((h) => String(h).startsWith('总投资'))];
    const body = table.slice(at + 1);
    assert.deepEqual(body.map((r) => r[name]), rows.map((e) => e.project.title));
    body.forEach((r, i) => {
      assert.equal(typeof r[total], 'number');
      assert.equal(BigInt(Math.round(r[total] * 1000000)), BigInt(rows[i].project.total_investment_fen));
    });
  });

  test('the CSV holds the same rows, begins with a byte order mark and starts no formula', async () => {
    const reply = await office.try('GET', `/v1/${list.name}/entries:export`, { query: { format: 'CSV' } });
    assert.equal(reply.status, 200);
    const text = reply.body.toString('utf8');
    assert.equal(text.charCodeAt(0), 0xfeff);
    const cells = [...text.matchAll(/(?:^\ufeff?|,|\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map((m) => m[1]?.replaceAll('""', '"') ?? m[2]);
    for (const cell of cells) assert.doesNotMatch(cell, /^[=+@\t\r]/);
    for (const { project } of rows) assert.ok(cells.includes(project.title) || cells.includes(`'${project.title}`), project.title);
  });

  test('an export of a date holds the rows of that date', async () => {
    const reply = await office.try('GET', `/v1/${list.name}/entries:export`, { query: { format: 'CSV', as_of: '2022-05-04' } });
    assert.equal(reply.body.toString('utf8').trim().split('\n').length, 1);
  });

  test('the whole list of spring exports 737 rows that add up', async () => {
    const reply = await office.try('GET', '/v1/lists/invest-2022/entries:export', { query: { format: 'XLSX', as_of: '2022-04-20' } });
    const table = (await openWorkbook(reply.body)).worksheets[0].getSheetValues().slice(1).map((row) => row.slice(1));
    const at = table.findIndex((row) => row.includes('项目名称'));
    const total = table[at].findIndex((h) => String(h).startsWith('总投资'));
    const body = table.slice(at + 1);
    assert.equal(body.length, 737);
    assert.equal(body.reduce((a, r) => a + Math.round(r[total]), 0), 26116000);
  });
});

describe('pages and filters', () => {
  test('pages of any size give every entry once, in the same order', async () => {
    const names = async (page_size) => (await office.all('/v1/lists/invest-2022/entries', 'entries', { as_of: '2022-04-20', page_size })).map((e) => e.name);
    const [small, large] = [await names(97), await names(1000)];
    assert.deepEqual(small, large);
    assert.equal(new Set(small).size, 737);
  });

  test('a page token of one filter is refused with another', async () => {
    const page = await office.get('/v1/projects', { page_size: 5, filter: 'region = "621122"' });
    const reply = await office.try('GET', '/v1/projects', { query: { page_size: 5, filter: 'region = "621125"', page_token: page.next_page_token } });
    assert.equal(reasonOf(reply), 'INVALID_PAGE_TOKEN');
  });

  test('a filter, an order and the exact count agree with the rows', async () => {
    const query = { filter: 'region = "621122" AND (field = SOCIAL OR field = ENERGY)', order_by: 'total_investment_fen desc', as_of: '2022-04-20', include_total_size: true, page_size: 1000 };
    const page = await office.get('/v1/lists/invest-2022/entries', query);
    assert.equal(page.total_size, String(page.entries.length));
    assert.ok(page.entries.length > 3);
    const totals = page.entries.map((e) => BigInt(e.project.total_investment_fen));
    assert.deepEqual(totals, [...totals].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
    for (const e of page.entries) assert.ok(e.project.region === '621122' && ['SOCIAL', 'ENERGY'].includes(e.project.field));
  });

  test('SQL in a filter is data', async () => {
    const page = await office.get('/v1/projects', { filter: `title = "' OR 1=1 --"` });
    assert.deepEqual(page.projects, []);
  });
});

test('the door describes itself: OpenAPI 3.1 with every route, and health of each part', async () => {
  const nobody = stack.nobody();
  const api = (await nobody.try('GET', '/openapi.json')).body;
  assert.match(api.openapi, /^3\.1\./);
  for (const path of ['/v1/sessions', '/v1/figures', '/v1/files', '/v1/projects', '/v1/projects:import', '/v1/lists:compare']) assert.ok(api.paths[path], path);
  const health = await nobody.try('GET', '/healthz');
  assert.equal(health.status, 200);
  assert.match(JSON.stringify(health.body), /registry/);
  const page = await nobody.try('GET', '/');
  assert.match(page.headers.get('content-type'), /text\/html/);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src|frame-ancestors/);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
});
