// A county cannot read or write what is not its own, by any route. The table below must have a row for every route of
// /openapi.json: a new route without one fails here.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { workbookBytes } from '../dingxi/workbook.mjs';
import { listen } from './events.mjs';
import { call, clientOf, status, withToken } from './grpc.mjs';
import { createProject, ledgerRow, openWorkbook, projectBody } from './samples.mjs';
import { sharedStack } from './stack.mjs';

let stack;
let own; // county-longxi, 621122
let other; // county-zhangxian, 621125
let office;
let things; // what belongs to the other county

before(async () => {
  stack = await sharedStack();
  [own, other, office] = await Promise.all(['county-longxi', 'county-zhangxian', 'city-office'].map((a) => stack.as(a)));
  const projects = await other.all('/v1/projects', 'projects');
  assert.ok(projects.length > 60 && projects.every((p) => p.region === '621125'));
  const mine = (await own.get('/v1/projects', { page_size: 1 })).projects[0];
  const file = await other.upload('漳县.xlsx', await workbookBytes({ title: '试验', years: [2022], rows: [ledgerRow(1, { region: '漳县' })] }));
  const request = { file: file.name, effective_on: '2022-05-01', reason: '试验', validate_only: true, request_id: randomUUID() };
  const operation = await other.post('/v1/projects:import', request);
  await other.finish(operation);
  const order = (await office.get('/v1/lists/invest-2022/adjustments', { page_size: 1 })).adjustments[0];
  const page = await office.get('/v1/projects', { page_size: 1 });
  const feedback = await other.post('/v1/feedback', { page: '/work', text: '漳县的意见', request_id: randomUUID() });
  await office.post(`/v1/${feedback.name}:answer`, { answer: '答复漳县', request_id: randomUUID() });
  things = { projects, project: projects[0], mine, file, feedback, operation, order, token: page.next_page_token, ids: new Set(projects.map((p) => p.name)) };
});

const DENIED = [403];
const ABSENT = [404];
const ABSENT_OR_WRONG = [400, 403, 404];

/** Rows: `[method, path with {} for ids, try(things) → requests]`; a request is `{path?, query?, body?, expect?}`. Without `expect` the
 * answer must be 200 and hold nothing of the other county. */
const TABLE = [
  // Projects.
  ['GET', '/v1/projects/{}', (t) => [{ path: `/v1/${t.project.name}`, expect: ABSENT }, { path: `/v1/${t.project.name}`, query: { as_of: '2022-04-20' }, expect: ABSENT }]],
  ['PATCH', '/v1/projects/{}', (t) => [{ path: `/v1/${t.project.name}`, body: { place: '别处' }, expect: ABSENT }, { path: `/v1/${t.mine.name}`, body: { region: '621125' }, expect: ABSENT_OR_WRONG }]],
  ['GET', '/v1/projects/{}/versions', (t) => [{ path: `/v1/${t.project.name}/versions`, expect: ABSENT }]],
  ['POST', '/v1/projects/{}:move', (t) => [{ path: `/v1/${t.project.name}:move`, body: { move: 'CANCEL', reason: '试验' }, expect: ABSENT }]],
  ['POST', '/v1/projects/{}:merge', (t) => [
    { path: `/v1/${t.project.name}:merge`, body: { into: t.mine.name, reason: '试验' }, expect: ABSENT },
    { path: `/v1/${t.mine.name}:merge`, body: { into: t.project.name, reason: '试验' }, expect: ABSENT },
  ]],
  ['GET', '/v1/projects', (t) => [
    {}, { query: { filter: 'region = "621125"', page_size: 1000, include_total_size: true }, total: '0' },
    { query: { filter: `title = "${t.project.title}" OR NOT region = "621122"` } }, { query: { as_of: '2022-04-20', page_size: 1000 } },
    { query: { page_token: t.token }, expect: [200, 400] },
  ]],
  ['POST', '/v1/projects', () => [{ body: { project: projectBody({ region: '621125' }), effective_on: '2022-05-01' }, expect: ABSENT_OR_WRONG }, { body: { project: projectBody({ region: '621100' }), effective_on: '2022-05-01' }, expect: ABSENT_OR_WRONG }]],
  ['POST', '/v1/projects:batchCreate', () => [{ body: { requests: ['621122', '621125'].map((region) => ({ project: projectBody({ region }), effective_on: '2022-05-01' })) }, expect: ABSENT_OR_WRONG }]],
  ['GET', '/v1/projects:batchGet', (t) => [{ query: { names: [t.mine.name, t.project.name] }, expect: ABSENT }]],
  ['GET', '/v1/projects:export', () => [{ query: { format: 'CSV' } }, { query: { format: 'XLSX', filter: 'region = "621125"' } }, { query: { format: 'CSV', as_of: '2022-04-20' } }]],
  ['POST', '/v1/projects:findDuplicates', (t) => [{ body: { project: projectBody({ title: t.project.title, region: t.project.region, place: t.project.place, owner_title: t.project.owner_title }) }, expect: [200, 404], echoed: true }]],
  ['GET', '/v1/projects:summarize', () => [{ query: { group_by: ['BY_REGION'] } }, { query: { list: 'lists/invest-2022', group_by: 'BY_REGION', as_of: '2022-04-20' } }, { query: { region: '621125' }, expect: ABSENT }, { query: { region: '621100', group_by: 'BY_REGION' }, expect: [200, 404] }]],
  ['GET', '/v1/projects:funnel', () => [{}, { query: { region: '621125' }, expect: ABSENT }]],
  // Lists.
  ['GET', '/v1/lists', () => [{}]],
  ['POST', '/v1/lists', () => [{ query: { list_id: 'county-list' }, body: { title: '县清单', kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2022, last_year: 2022 }, expect: DENIED }]],
  ['GET', '/v1/lists/{}', () => [{ path: '/v1/lists/invest-2022' }]],
  ['PATCH', '/v1/lists/{}', () => [{ path: '/v1/lists/invest-2022', body: { title: '改名' }, expect: DENIED }]],
  ['GET', '/v1/lists/{}/entries', (t) => [
    { path: '/v1/lists/master/entries', query: { page_size: 1000, as_of: '2022-04-20' } },
    { path: '/v1/lists/invest-2022/entries', query: { filter: 'region = "621125"', as_of: '2022-04-20', include_total_size: true }, total: '0' },
    { path: '/v1/lists/invest-2022/entries', query: { region: '621125' }, expect: ABSENT },
    { path: '/v1/lists/invest-2022/entries', query: { page_token: t.token }, expect: [200, 400] },
  ]],
  ['GET', '/v1/projects/{}/entries', (t) => [{ path: `/v1/${t.mine.name}/entries` }, { path: `/v1/${t.project.name}/entries`, expect: ABSENT }, { path: `/v1/${t.project.name}/entries`, query: { as_of: '2022-04-20' }, expect: ABSENT }]],
  ['GET', '/v1/lists/{}/entries:export', () => [{ path: '/v1/lists/master/entries:export', query: { format: 'CSV', as_of: '2022-04-20' } }, { path: '/v1/lists/invest-2022/entries:export', query: { region: '621125' }, expect: ABSENT }]],
  ['GET', '/v1/lists/{}/adjustments', () => [{ path: '/v1/lists/invest-2022/adjustments' }]],
  ['POST', '/v1/lists/{}/adjustments', (t) => ['additions', 'removals', 'amendments'].map((what) => ({
    path: '/v1/lists/invest-2022/adjustments', expect: ABSENT,
    body: { reason: '试验', effective_on: '2022-05-01', [what]: [{ project: t.project.name, ...(what === 'additions' && { kind: 'NEW_START' }), ...(what === 'amendments' && { total_investment_fen: '900000000' }) }] },
  }))],
  ['GET', '/v1/lists/{}/adjustments/{}', (t) => [{ path: `/v1/${t.order.name}`, expect: [200, 404] }]],
  ['GET', '/v1/lists:compare', () => [{ query: { from: 'lists/invest-2022', from_as_of: '2022-02-19', to_as_of: '2022-04-20', page_size: 1000 } }, { query: { from: 'lists/invest-2022', region: '621125' }, expect: ABSENT }]],
  // Directory: the same for all; only the city office writes it.
  ['GET', '/v1/organizations', () => [{ directory: true }]],
  ['GET', '/v1/organizations/{}', () => [{ path: '/v1/organizations/zhangxian', directory: true }]],
  ['POST', '/v1/organizations', () => [{ query: { organization_id: 'x' }, body: { title: 'x', kind: 'DEPARTMENT', region: '621100' }, expect: DENIED }]],
  ['PATCH', '/v1/organizations/{}', () => [{ path: '/v1/organizations/longxi', body: { title: 'x' }, expect: DENIED }]],
  ['GET', '/v1/officials', () => [{ directory: true }]],
  ['GET', '/v1/officials/{}', () => [{ path: '/v1/officials/head-zhangxian', directory: true }]],
  ['POST', '/v1/officials', () => [{ query: { official_id: 'x' }, body: { title: 'x', rank: 'UNIT_HEAD', organization: 'organizations/longxi' }, expect: DENIED }]],
  ['PATCH', '/v1/officials/{}', () => [{ path: '/v1/officials/head-longxi', body: { title: 'x' }, expect: DENIED }]],
  // Accounts: the operator's.
  ['GET', '/v1/accounts', () => [{ expect: DENIED }]],
  ['POST', '/v1/accounts', () => [{ body: { account_id: 'x', password: 'x'.repeat(20), account: { title: 'x', role: 'CITY_OFFICE', region: '621100', organization: 'organizations/longxi' } }, expect: DENIED }]],
  ['GET', '/v1/accounts/{}', () => [{ path: '/v1/accounts/county-zhangxian', expect: DENIED }, { path: '/v1/accounts/nobody', expect: DENIED }]],
  ['PATCH', '/v1/accounts/{}', () => [{ path: '/v1/accounts/county-longxi', body: { region: '621100' }, expect: DENIED }]],
  ['POST', '/v1/accounts/{}:setPassword', () => [{ path: '/v1/accounts/county-zhangxian:setPassword', body: { password: 'x'.repeat(20) }, expect: DENIED }]],
  // Files, imports, operations.
  ['POST', '/v1/files', () => []],
  ['GET', '/v1/files/{}', (t) => [{ path: `/v1/${t.file.name}`, expect: ABSENT }]],
  ['GET', '/v1/files/{}:download', (t) => [{ path: `/v1/${t.file.name}:download`, expect: ABSENT }]],
  ['POST', '/v1/projects:import', (t) => [{ body: { file: t.file.name, reason: '试验', effective_on: '2022-05-01' }, expect: ABSENT }]],
  ['POST', '/v1/projects:previewImport', (t) => [{ body: { file: t.file.name }, expect: ABSENT }]],
  ['GET', '/v1/importMappings', () => [{}]],
  ['POST', '/v1/importMappings', () => []],
  ['GET', '/v1/registry/operations/{}', (t) => [{ path: `/v1/registry/${t.operation.name}`, expect: ABSENT }]],
  ['POST', '/v1/registry/operations/{}:cancel', (t) => [{ path: `/v1/registry/${t.operation.name}:cancel`, body: {}, expect: ABSENT }]],
  // What people say of pages: everybody reads their own.
  ['GET', '/v1/feedback', () => [{}, { query: { filter: 'create_account = "county-zhangxian" OR state = OPEN', page_size: 1000 } }]],
  ['POST', '/v1/feedback', () => []],
  ['GET', '/v1/feedback/{}', (t) => [{ path: `/v1/${t.feedback.name}`, expect: ABSENT }]],
  ['POST', '/v1/feedback/{}:answer', (t) => [{ path: `/v1/${t.feedback.name}:answer`, body: { answer: '试验' }, expect: DENIED }]],
  // The feed and the figures.
  ['GET', '/v1/registry/changes', () => [{ expect: DENIED }]],
  ['GET', '/v1/registry/changes:verify', () => [{ expect: DENIED }]],
  ['GET', '/v1/registry/figures', () => [{ query: { as_of: '2022-04-20' } }, { query: { region: '621125' }, expect: ABSENT }]],
  ['GET', '/v1/figures', () => [{ query: { as_of: '2022-04-20' } }, { query: { region: '621125' }, expect: ABSENT }, { query: { region: '621100' }, expect: [200, 404] }]],
  ['POST', '/v1/sessions', () => []],
  ['POST', '/v1/sessions:refresh', () => []],
  ['GET', '/v1/sessions/current', () => [{}]],
  ['GET', '/v1/sessions/options', () => [{}]],
  ['DELETE', '/v1/sessions/current', () => []], // ends the caller's own; views.test.mjs does it
  // The views: what the services would not show is in none of them, and not counted either.
  ['GET', '/v1/views/overview', () => [
    { query: { as_of: '2022-04-20' }, directory: true, shows: ownSumsOnly }, { query: { as_of: '2022-04-20', list: 'lists/invest-2022' }, directory: true, shows: ownSumsOnly },
    { query: { region: '621125' }, expect: ABSENT }, { query: { region: '621100' }, expect: ABSENT },
  ]],
  ['GET', '/v1/views/regions/{}', () => [{ path: '/v1/views/regions/621122' }, { path: '/v1/views/regions/621125', expect: ABSENT }, { path: '/v1/views/regions/621100', expect: ABSENT }]],
  ['GET', '/v1/views/projects/{}', (t) => [{ path: `/v1/views/${t.mine.name}` }, { path: `/v1/views/${t.project.name}`, expect: ABSENT }, { path: `/v1/views/${t.project.name}`, query: { as_of: '2022-04-20' }, expect: ABSENT }]],
  ['GET', '/v1/views/my-work', () => [{}, { query: { as_of: '2022-04-20' } }, { query: { region: '621125' }, expect: ABSENT }]],
  ['GET', '/v1/views/bulletin', () => [{ query: { as_of: '2022-04-20' }, shows: ownBulletin }, { query: { region: '621125' }, expect: ABSENT }, { query: { region: '621100' }, expect: ABSENT }]],
  ['GET', '/v1/views/bulletin:download', () => [{ query: { as_of: '2022-04-20', format: 'HTML' } }, { query: { region: '621125', format: 'HTML' }, expect: ABSENT }, { query: { region: '621100', format: 'DOCX' }, expect: ABSENT }]],
  ['GET', '/v1/views/search', (t) => [
    { query: { query: t.project.title }, shows: nothingFound }, { query: { query: '漳县' }, shows: nothingFound }, { query: { query: '项目', region: '621125' }, shows: nothingFound },
    { query: { query: '工程', region: '621100', page_size: 100 }, shows: ({ results }) => assert.ok(results.every((r) => r.region === '621122')) },
  ]],
  ['GET', '/v1/changes', () => []], // a stream: walked below
  ['GET', '/v1/map', () => [{ directory: true }]],
];

/** An overview names units of the directory, which all may read; its sums are of the caller's region. */
function ownSumsOnly(view) {
  assert.deepEqual(view.regions.map((r) => r.sums.key), ['621122']);
  for (const rate of view.approvals?.regions ?? []) assert.equal(rate.key, '621122');
  for (const warning of view.warnings) assert.equal(warning.region, '621122');
}

/** The county's projects on the list of the year, of the city's 737. */
function ownBulletin(bulletin) {
  assert.equal(bulletin.figures.find((f) => f.key === 'lists.invest-2022.projects').value, '115');
}

const nothingFound = (found) => assert.deepEqual(found, { results: [], more: false });

const routeKey = (method, path) => `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '{}')}`;

/** All text of an answer; of a workbook, that of its cells. */
async function textOf(reply) {
  if (!Buffer.isBuffer(reply.body)) return JSON.stringify(reply.body);
  if (!reply.body.subarray(0, 2).equals(Buffer.from('PK'))) return reply.body.toString('utf8');
  return JSON.stringify((await openWorkbook(reply.body)).worksheets.map((s) => s.getSheetValues()));
}

function assertNothingForeign(text, { directory, echoed, path = '', query = {}, body = {} }) {
  const asked = path + JSON.stringify(query) + JSON.stringify(body); // an error may name what it was asked for
  for (const id of things.ids) assert.ok(asked.includes(id) || !text.includes(id.slice('projects/'.length)), `holds ${id}`);
  if (directory || echoed) return;
  assert.doesNotMatch(text, /621125|漳县/);
}

// Preapproval's methods are walked by a test of its own over all of them; the POST of batchGet is the GET with a body.
const WALKED_ELSEWHERE = new RegExp(['/workCalendars', '/procedureTypes', '/templates', '/cases', '/caseMigrations', '/procedures', '/tasks', '/warnings', '/scenarios', '/delegations', '/preapproval/',
  '/projects/[^/]*:checkGate$', 'POST /v1/projects:batchGet$'].map((p) => (p.startsWith('POST') ? `^${p}` : ` /v1${p}`)).join('|'));

describe('a county account', () => {
  test('the table has a row for every route of the door', async () => {
    const { paths } = (await stack.nobody().try('GET', '/openapi.json')).body;
    const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).filter((m) => ['get', 'post', 'patch', 'put', 'delete'].includes(m)).map((m) => routeKey(m, path)));
    const rows = new Set(TABLE.map(([method, path]) => routeKey(method, path)));
    assert.deepEqual(routes.filter((r) => r.includes(' /v1/') && !WALKED_ELSEWHERE.test(r) && !rows.has(r)), [], 'routes without a row');
    assert.deepEqual([...rows].filter((r) => !routes.includes(r)), [], 'rows without a route');
  });

  for (const [method, path, requests] of TABLE) {
    test(`${method} ${path} gives nothing of another county`, async () => {
      for (const request of requests(things)) {
        const target = request.path ?? path;
        const reply = await own.try(method, target, { query: request.query, body: request.body });
        const text = await textOf(reply);
        assert.ok((request.expect ?? [200]).includes(reply.status), `${method} ${target} ${JSON.stringify(request.query ?? {})} → ${reply.status} ${text.slice(0, 400)}`);
        assertNothingForeign(text.replaceAll(JSON.stringify(request.query?.region ?? '\0'), ''), { ...request, echoed: request.echoed || reply.status >= 400 });
        if (request.shows && reply.status < 300) request.shows(reply.body);
        if (request.total !== undefined) assert.equal(reply.body.total_size, request.total);
      }
    });
  }

  test('GET /v1/changes tells what happens in its own region and nothing of another', async () => {
    const [mine, theirs] = await Promise.all([own, other].map((client) => listen(stack.url, client.token)));
    const project = await createProject(other, { region: '621125' });
    await other.post('/v1/feedback', { page: '/', text: '只给市里看', request_id: randomUUID() });
    const after = await createProject(own, { region: '621122' });
    await Promise.all([mine, theirs].map((stream, i) => stream.until((e) => e.name === [after.name, project.name][i])));
    assert.ok(!mine.events.some((e) => e.name === project.name || e.region === '621125'));
    assert.ok(!theirs.events.some((e) => e.name === after.name || e.region === '621122'));
    assert.ok(![...mine.events, ...theirs.events].some((e) => e.name?.startsWith('feedback/')), 'what somebody says of a page is told to nobody');
    await Promise.all([mine, theirs].map((stream) => stream.close()));
  });

  test('what is not its own answers exactly like what is not there', async () => {
    const absent = await own.try('GET', `/v1/projects/${randomUUID()}`);
    const foreign = await own.try('GET', `/v1/${things.project.name}`);
    const plain = (reply) => JSON.stringify(reply.body).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
    assert.equal(plain(foreign), plain(absent));
  });

  test('nothing of all this changed a project of the other county', async () => {
    const now = await other.all('/v1/projects', 'projects');
    const etags = new Map(now.map((p) => [p.name, p.etag]));
    for (const p of things.projects) assert.equal(etags.get(p.name), p.etag, p.title);
  });

  test('methods that the door does not have are as closed by gRPC', async () => {
    const token = withToken(own.token);
    const files = clientOf(stack.registry, 'registry.v1.FileService');
    await assert.rejects(call(files, 'WriteFile', { name: things.file.name, offset_bytes: '0', data: Buffer.from('x') }, token), { code: status.NOT_FOUND });
    await assert.rejects(call(files, 'FinishFile', { name: things.file.name, sha256: '0'.repeat(64) }, token), { code: status.NOT_FOUND });
    const projects = clientOf(stack.registry, 'registry.v1.ProjectService');
    await assert.rejects(call(projects, 'GetProject', { name: things.project.name }, token), { code: status.NOT_FOUND });
  });
});

describe('accounts that only read', () => {
  for (const account of ['congress', 'discipline', 'organization', 'leader-01', 'dept-12', 'auditor']) {
    test(`${account} reads figures and writes no project`, async () => {
      const client = await stack.as(account);
      assert.equal((await client.try('GET', '/v1/figures', { query: { as_of: '2022-04-20' } })).status, 200);
      assert.equal((await client.try('POST', '/v1/projects', { body: { project: projectBody(), effective_on: '2022-05-01' } })).status, 403);
      assert.equal((await client.try('POST', `/v1/${things.project.name}:move`, { body: { move: 'CANCEL', reason: '试验' } })).status, 403);
    });
  }

  test('the operator sees accounts and the audit log, and no project', async () => {
    const operator = await stack.as('operator');
    assert.equal((await operator.try('GET', '/v1/accounts')).status, 200);
    assert.equal((await operator.try('GET', '/v1/registry/changes')).status, 200);
    assert.equal((await operator.try('GET', '/v1/projects')).status, 403);
  });
});
