// Internal systems speak gRPC to the registry itself, and to the gateway for its views: with our protos, with reflection alone, and along the change feed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { call, checkFeed, clientOf, reflect, reflectedClient, status, subscribe, withToken } from './grpc.mjs';
import { createProject, projectBody } from './samples.mjs';
import { eventually, sharedStack } from './stack.mjs';

let stack;
let office;
let token;
let operatorToken;

before(async () => {
  stack = await sharedStack();
  office = await stack.as('city-office');
  token = withToken(office.token);
  operatorToken = withToken((await stack.as('operator')).token);
});

describe('grpc-js', () => {
  test('a token of the gateway’s sign-in reads and writes; the same project is seen by HTTP', async () => {
    const projects = clientOf(stack.registry, 'registry.v1.ProjectService');
    const request = { project: projectBody(), effective_on: '2022-05-01', request_id: randomUUID() };
    const made = await call(projects, 'CreateProject', request, token);
    assert.equal(made.title, request.project.title);
    // The door knows nothing of a write beside it: it may read a moment earlier.
    await eventually('the project is seen by HTTP', async () => (await office.get(`/v1/${made.name}`)).title === made.title);
    assert.deepEqual(await call(projects, 'CreateProject', request, token), made, 'a repeated request_id returns the first answer');
  });

  test('figures by gRPC and by HTTP are the same', async () => {
    const figures = clientOf(stack.registry, 'common.v1.FigureService');
    const got = await call(figures, 'ListFigures', { as_of: '2022-04-20' }, token);
    const value = (list) => list.find((f) => f.key === 'lists.major-145.total_investment').value;
    assert.equal(value(got.figures), value((await office.get('/v1/figures', { as_of: '2022-04-20' })).figures));
  });

  test('without a token, with a broken one, and with identity in the metadata → UNAUTHENTICATED', async () => {
    const projects = clientOf(stack.registry, 'registry.v1.ProjectService');
    const spoofed = withToken('');
    spoofed.set('x-account', 'city-office');
    spoofed.set('x-yaoshi-role', 'CITY_OFFICE');
    for (const metadata of [withToken(''), withToken('a.b.c'), spoofed]) {
      await assert.rejects(call(projects, 'ListProjects', {}, metadata), { code: status.UNAUTHENTICATED });
    }
  });

  test('an error carries its details; an expired deadline is one', async () => {
    const projects = clientOf(stack.registry, 'registry.v1.ProjectService');
    const error = await call(projects, 'GetProject', { name: `projects/${randomUUID()}` }, token).catch((e) => e);
    assert.equal(error.code, status.NOT_FOUND);
    assert.match(error.metadata.get('grpc-status-details-bin')[0].toString('latin1'), /PROJECT_NOT_FOUND/);
    await assert.rejects(call(projects, 'ListProjects', {}, token, { within_ms: 0 }), { code: status.DEADLINE_EXCEEDED });
  });

  test('what is for the gateway alone is denied to people', async () => {
    const accounts = clientOf(stack.registry, 'registry.v1.AccountService');
    await assert.rejects(call(accounts, 'Authenticate', { account: 'auditor', password: stack.accounts.auditor }, token), { code: status.PERMISSION_DENIED });
    await assert.rejects(call(accounts, 'CheckAccount', { account: 'auditor' }, operatorToken), { code: status.PERMISSION_DENIED });
  });
});

/** What an answer says, without what is empty: JSON and proto-loader write that in different ways. */
function said(value) {
  if (Array.isArray(value)) return value.map(said);
  if (value === null || typeof value !== 'object') return value;
  const empty = (v) => v === undefined || v === null || v === '' || v === 0 || v === '0' || v === false || (typeof v === 'object' && Object.keys(v).length === 0) || /_UNSPECIFIED$/.test(v);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, said(v)]).filter(([, v]) => !empty(v)));
}

describe('the views of the gateway', () => {
  const april = { as_of: '2022-04-20' };
  const VIEWS = [
    ['GetOverview', '/v1/views/overview', { ...april, list: 'lists/invest-2022' }],
    ['GetRegionPage', '/v1/views/regions/621122', { ...april, region: '621122' }],
    ['GetMyWork', '/v1/views/my-work', april],
    ['GetBulletin', '/v1/views/bulletin', april],
    ['Search', '/v1/views/search', { query: '工程' }],
    ['ListFigures', '/v1/figures', { ...april, known_at: new Date().toISOString() }], // Each figure says what was known when.
  ];
  const service = (method) => clientOf(stack.grpc, `gateway.v1.${method === 'ListFigures' ? 'FigureViewService' : 'PortalService'}`);

  for (const account of ['city-office', 'county-longxi', 'dept-12', 'leader-01', 'discipline', 'congress', 'auditor', 'operator']) {
    test(`are for ${account} what the JSON door shows, or refuses`, async () => {
      const visitor = await stack.as(account);
      for (const [method, path, request] of VIEWS) {
        const ask = async () => {
          const json = await visitor.try('GET', path, { query: Object.fromEntries(Object.entries(request).filter(([key]) => !path.includes(request[key]) || key === 'as_of')) });
          const reply = await call(service(method), method, request, withToken(visitor.token)).catch((error) => error);
          return { json, reply };
        };
        const { json, reply } = await eventually(`${method} with every part`, async () => {
          const both = await ask();
          return !JSON.stringify(both.json.body).match(/"(MISSING|STALE)"/) && both;
        }, { within_ms: 60000 });
        if (json.status !== 200) {
          assert.ok(reply.code !== undefined, `${method}: the JSON door refuses with ${json.status}`);
          assert.equal(json.body.error.status, status[reply.code], method);
        } else {
          assert.deepEqual(said(reply), said(json.body), method);
        }
      }
    });
  }

  test('a project page is that of the JSON door, and another county’s is not there', async () => {
    const made = await createProject(office);
    const page = await call(service('GetProjectPage'), 'GetProjectPage', { name: made.name }, token);
    assert.equal(page.project.title, made.title, 'at once after the write');
    // What preapproval knows of a new project comes by its feed: the two doors are asked until both have it.
    await eventually('both doors say the same', async () => {
      const [one, other] = await Promise.all([call(service('GetProjectPage'), 'GetProjectPage', { name: made.name }, token), office.get(`/v1/views/${made.name}`)]);
      assert.deepEqual(said(one), said(other));
      return true;
    });
    const elsewhere = withToken((await stack.as('county-zhangxian')).token);
    await assert.rejects(call(service('GetProjectPage'), 'GetProjectPage', { name: made.name }, elsewhere), { code: status.NOT_FOUND });
  });

  test('the bulletin comes as the file that the JSON door gives', async () => {
    const stream = service('DownloadBulletin').DownloadBulletin({ ...april, format: 'DOCX' }, token);
    const pieces = [];
    for await (const piece of stream) pieces.push(piece);
    assert.equal(pieces[0].content_type, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document');
    const file = await office.try('GET', '/v1/views/bulletin:download', { query: { ...april, format: 'DOCX' } });
    assert.deepEqual(Buffer.concat(pieces.map((piece) => piece.data)), file.body);
  });

  test('without a token nobody sees one; what is wrong is said; reflection alone is enough', async () => {
    for (const [method, , request] of VIEWS) await assert.rejects(call(service(method), method, request, withToken('')), { code: status.UNAUTHENTICATED }, method);
    await assert.rejects(call(service('GetOverview'), 'GetOverview', { as_of: 'gestern' }, token), { code: status.INVALID_ARGUMENT });
    const portal = await reflectedClient(stack.grpc, 'yaoshi.gateway.v1.PortalService');
    assert.equal((await call(portal, 'GetOverview', VIEWS[0][2], token)).lists.find((l) => l.name === 'lists/invest-2022').projects.value, '737');
  });
});

describe('reflection', () => {
  test('names every service', async () => {
    const { list_services_response } = await reflect(stack.registry, { list_services: '' });
    const names = list_services_response.service.map((s) => s.name);
    for (const name of ['registry.v1.ProjectService', 'registry.v1.ListService', 'registry.v1.ImportService', 'common.v1.ChangeFeed', 'common.v1.FigureService', 'common.v1.OperationService']) {
      assert.ok(names.includes(`yaoshi.${name}`), `${name} in ${names}`);
    }
    assert.ok(names.includes('grpc.health.v1.Health'));
  });

  test('a client that has nothing but reflection lists entries', async () => {
    const lists = await reflectedClient(stack.registry, 'yaoshi.registry.v1.ListService');
    const page = await call(lists, 'ListEntries', { parent: 'lists/plan-2023', page_size: 3, as_of: '2022-04-20', include_total_size: true }, token);
    assert.equal(page.entries.length, 3);
    assert.equal(page.total_size, '163');
  });
});

describe('the change feed', () => {
  test('from its beginning has no gap, and every resource goes up one version at a time', async () => {
    const client = clientOf(stack.registry, 'common.v1.ChangeFeed');
    const feed = subscribe(client, { after_sequence: '0' }, operatorToken);
    const made = await createProject(office);
    await eventually('the feed reaches the newest project', () => feed.error || feed.changes.some((c) => c.name === made.name), { within_ms: 60000 });
    feed.close();
    checkFeed(assert, feed.changes);
    const change = feed.changes.find((c) => c.name === made.name);
    assert.deepEqual([change.type, change.region, change.account, change.effective_on], ['project', '621122', 'city-office', '2022-05-01']);
    assert.equal(change.method, '/yaoshi.registry.v1.ProjectService/CreateProject');
  });

  test('under sixteen writers every acknowledged change comes once, in order', async () => {
    const client = clientOf(stack.registry, 'common.v1.ChangeFeed');
    const audit = await (await stack.as('auditor')).get('/v1/registry/changes', { page_size: 1 });
    assert.equal(audit.changes[0].sequence, '1');
    const probe = subscribe(client, { after_sequence: '0' }, operatorToken);
    const first = await createProject(office);
    await eventually('the probe sees it', () => probe.changes.find((c) => c.name === first.name), { within_ms: 60000 });
    const start = probe.changes.at(-1).sequence;
    probe.close();
    const feed = subscribe(client, { after_sequence: start }, operatorToken);
    const acknowledged = [];
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 4; i++) {
        const project = await createProject(office);
        acknowledged.push(`${project.name} 1`);
        await office.patch(`/v1/${project.name}`, { place: `改${i}` }, { effective_on: '2022-05-02', request_id: randomUUID() });
        acknowledged.push(`${project.name} 2`);
      }
    }));
    const seen = () => new Set(feed.changes.map((c) => `${c.name} ${c.version}`));
    await eventually('all acknowledged changes', () => acknowledged.every((a) => seen().has(a)), { within_ms: 30000 });
    feed.close();
    let last = BigInt(start);
    for (const change of feed.changes) {
      assert.equal(BigInt(change.sequence), last + 1n);
      last = BigInt(change.sequence);
    }
    assert.equal(seen().size, feed.changes.length, 'no duplicates');
  });

  test('a type filter sends that type alone; a sequence below zero is an error; people without the permission are denied', async () => {
    const client = clientOf(stack.registry, 'common.v1.ChangeFeed');
    const lists = subscribe(client, { after_sequence: '0', types: ['list'] }, operatorToken);
    await eventually('ten lists', () => lists.changes.length >= 10);
    lists.close();
    assert.ok(lists.changes.every((c) => c.type === 'list'));
    for (const [request, metadata, code] of [[{ after_sequence: '-1' }, operatorToken, status.INVALID_ARGUMENT], [{}, token, status.PERMISSION_DENIED], [{}, withToken(''), status.UNAUTHENTICATED]]) {
      const feed = subscribe(client, request, metadata);
      await eventually('the feed refuses', () => feed.error);
      assert.equal(feed.error.code, code);
    }
  });

  test('the verifier finds the hash chain whole', async () => {
    const auditor = await stack.as('auditor');
    const result = await auditor.get('/v1/registry/changes:verify');
    assert.equal(result.broken_at_sequence, '0', result.explanation);
    assert.ok(Number(result.verified) > 2000);
  });
});
