// Internal systems speak gRPC to the registry itself: with our protos, with reflection alone, and along the change feed.
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
