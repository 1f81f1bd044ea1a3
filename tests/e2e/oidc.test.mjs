// Signing in at an identity provider, step by step, on an installation of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect, IdentityProvider, Visitor } from './provider.mjs';
import { eventually, ownStack } from './stack.mjs';

let stack;
let provider;

before(async () => {
  stack = await ownStack('oidc');
  const office = await stack.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  await office.post('/v1/organizations', { title: '陇西县', kind: 'COUNTY_LEVEL', region: '621122' }, { organization_id: 'longxi', request_id: randomUUID() });
  await stack.createAccount('county-longxi', { title: '陇西县', role: 'COUNTY', region: '621122', organization: 'longxi' });
  provider = await IdentityProvider.start();
});
after(() => provider.stop());

const current = (visitor) => visitor.fetch(`${stack.url}/v1/sessions/current`);

/** Fails unless the answer is a page that says why, and nobody is signed in. */
async function assertRefused(visitor, answer, status, reason) {
  const page = await answer.text();
  assert.equal(answer.status, status, page);
  assert.match(answer.headers.get('content-type'), /^text\/html/);
  assert.match(page, new RegExp(`<code>${reason}</code>`));
  assert.match(page, /没有登录/);
  assert.equal((await current(visitor)).status, 401);
}

test('nothing of it is there until the gateway is told of a provider', async () => {
  for (const path of ['/v1/sessions/oidc/start', '/v1/sessions/oidc/callback?code=a&state=b']) {
    assert.equal((await fetch(`${stack.url}${path}`, { redirect: 'manual' })).status, 404);
  }
  assert.deepEqual(await (await fetch(`${stack.url}/v1/sessions/options`)).json(), { oidc_path: '' });
  await connect(stack, provider);
});

describe('a person', () => {
  test('who is known at the provider is signed in as their account, with the same cookie as by password', async () => {
    const visitor = new Visitor();
    const answer = await visitor.signIn(stack.url, 'county-longxi', { returnTo: '/lists?region=621122' });
    const page = await answer.text();
    assert.equal(answer.status, 200, page);
    assert.match(page, new RegExp(`content="0; url=${stack.url}/lists\\?region=621122"`));
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('yaoshi-session='));
    assert.match(set, /; HttpOnly; SameSite=Strict/);
    const who = await (await current(visitor)).json();
    assert.deepEqual([who.account, who.title, who.role, who.region], ['county-longxi', '陇西县', 'COUNTY', '621122']);
    assert.equal((await visitor.fetch(`${stack.url}/v1/projects:findDuplicates`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status, 403, 'safe from forgery');
    assert.equal((await visitor.fetch(`${stack.url}/v1/projects`)).status, 200);
  });

  test('leaves one line in the log, with the account or the reason, and no secret', async () => {
    const visitor = new Visitor();
    const url = new URL(await visitor.toCallback(stack.url, 'county-longxi'));
    await visitor.fetch(url.href);
    const lost = await new Visitor().fetch(url.href);
    const log = () => readFileSync(join(stack.home, 'log', 'gateway.log'), 'utf8');
    const lines = await eventually('both are logged', () => {
      const found = log().split('\n').filter((line) => line.includes('/v1/sessions/oidc/callback')).slice(-2).map((line) => JSON.parse(line));
      return found.at(-1)?.trace_id === lost.headers.get('x-request-id') && found;
    });
    assert.deepEqual(lines.map((line) => [line.code, line.account ?? '', line.reason ?? '']), [['200', 'county-longxi', ''], ['400', '', 'OIDC_SIGN_IN_LOST']]);
    for (const secret of [url.searchParams.get('code'), url.searchParams.get('state'), provider.secret]) assert.ok(!log().includes(secret));
  });

  test('who signs out is out here at once, and is told where to sign out at the provider', async () => {
    const visitor = new Visitor();
    await visitor.signIn(stack.url, 'county-longxi');
    const held = new Visitor();
    held.jars = new Map([...visitor.jars].map(([host, jar]) => [host, new Map(jar)]));
    const { sign_out_uri: uri } = await (await current(visitor)).json();
    assert.ok(uri.startsWith(`${provider.issuer}/session/end?client_id=yaoshi&post_logout_redirect_uri=`), uri);
    assert.equal((await visitor.fetch(uri)).status, 200, 'the provider knows the client and the way back');
    const out = await visitor.fetch(`${stack.url}/v1/sessions/current`, { method: 'DELETE', headers: { 'yaoshi-csrf': '1' } });
    assert.equal(out.status, 200);
    assert.equal((await current(visitor)).status, 401);
    assert.equal((await current(held)).status, 401, 'a copy of the cookie is worth nothing');
  });

  test('of whom no account is known is refused, and none is made', async () => {
    for (const person of ['nobody-here', '张三', 'operator%00', '../operator', 'x'.repeat(100)]) {
      const visitor = new Visitor();
      await assertRefused(visitor, await visitor.signIn(stack.url, person), 403, 'OIDC_ACCOUNT_REFUSED');
    }
    const { accounts } = await (await stack.as('operator')).get('/v1/accounts');
    assert.deepEqual(accounts.map((a) => a.name).sort(), ['accounts/city-office', 'accounts/county-longxi', 'accounts/operator']);
  });

  test('whose account is disabled is refused, and a session that they have ends', async () => {
    const operator = await stack.as('operator');
    await stack.createAccount('county-leaver', { role: 'COUNTY', region: '621122', organization: 'longxi' });
    const visitor = new Visitor();
    assert.equal((await visitor.signIn(stack.url, 'county-leaver')).status, 200);
    assert.equal((await current(visitor)).status, 200);
    const account = await operator.get('/v1/accounts/county-leaver');
    await operator.patch('/v1/accounts/county-leaver', { ...account, disabled: true }, { update_mask: 'disabled' });
    await eventually('the session ends', async () => (await current(visitor)).status === 401);
    await assertRefused(visitor, await visitor.signIn(stack.url, 'county-leaver'), 403, 'OIDC_ACCOUNT_REFUSED');
  });

  test('who says no at the provider is told so, and nothing of its words is repeated', async () => {
    const visitor = new Visitor();
    const url = await visitor.toCallback(stack.url, '', { deny: true });
    assert.match(url, /error=access_denied/);
    const answer = await visitor.fetch(url);
    assert.doesNotMatch(await answer.clone().text(), /<b>no/);
    await assertRefused(visitor, answer, 403, 'OIDC_DENIED');
  });
});

describe('the way back', () => {
  test('is closed to a state that is not this browser\'s', async () => {
    const visitor = new Visitor();
    const url = new URL(await visitor.toCallback(stack.url, 'county-longxi'));
    url.searchParams.set('state', 'A'.repeat(43));
    await assertRefused(visitor, await visitor.fetch(url.href), 400, 'OIDC_SIGN_IN_LOST');
  });

  test('is closed to a browser that did not begin it: nobody is signed in as a stranger', async () => {
    const stranger = new Visitor();
    const url = await stranger.toCallback(stack.url, 'county-longxi');
    const victim = new Visitor();
    await assertRefused(victim, await victim.fetch(url), 400, 'OIDC_SIGN_IN_LOST');
    await victim.fetch(`${stack.url}/v1/sessions/oidc/start`);
    await assertRefused(victim, await victim.fetch(url), 400, 'OIDC_SIGN_IN_LOST');
  });

  test('is open once: neither the address nor the code works again', async () => {
    const visitor = new Visitor();
    const url = await visitor.toCallback(stack.url, 'county-longxi');
    const attempt = new Map(visitor.jar(stack.url));
    assert.equal((await visitor.fetch(url)).status, 200);
    const again = new Visitor();
    await assertRefused(again, await again.fetch(url), 400, 'OIDC_SIGN_IN_LOST');
    again.jars.set(new URL(stack.url).host, attempt);
    const before = provider.tokensIssued;
    await assertRefused(again, await again.fetch(url), 400, 'OIDC_CODE_REFUSED');
    assert.equal(provider.tokensIssued, before);
  });

  test('needs the code\'s own challenge: a code that was caught cannot be redeemed in another sign-in', async () => {
    const victim = new Visitor();
    const caught = new URL(await victim.toCallback(stack.url, 'county-longxi')).searchParams.get('code');
    const thief = new Visitor();
    const url = new URL(await thief.toCallback(stack.url, 'city-office'));
    url.searchParams.set('code', caught);
    await assertRefused(thief, await thief.fetch(url.href), 400, 'OIDC_CODE_REFUSED');
  });

  test('leads to paths of this site alone', async () => {
    for (const path of ['//evil.example', 'https://evil.example/', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/a\r\nLocation: //evil.example', '']) {
      const answer = await fetch(`${stack.url}/v1/sessions/oidc/start?return_to=${encodeURIComponent(path)}`, { redirect: 'manual' });
      assert.equal(answer.status, 400, path);
      assert.doesNotMatch(await answer.text(), /evil/);
    }
    const visitor = new Visitor();
    const page = await (await visitor.signIn(stack.url, 'county-longxi', { returnTo: '/"><script>alert(1)</script>' })).text();
    assert.doesNotMatch(page, /<script/);
  });
});

describe('the provider', () => {
  test('signs with another key from one moment to the next, and people go on signing in', async () => {
    provider.rotate();
    assert.equal((await new Visitor().signIn(stack.url, 'county-longxi')).status, 200);
    provider.rotate();
    assert.equal((await new Visitor().signIn(stack.url, 'county-longxi')).status, 200);
  });

  test('is away: the page says so, whoever is in stays in, passwords still work, and it heals by itself', async () => {
    const inside = new Visitor();
    await inside.signIn(stack.url, 'county-longxi');
    const late = new Visitor();
    const url = await late.toCallback(stack.url, 'county-longxi');
    await provider.away(true);
    await assertRefused(late, await late.fetch(url), 503, 'OIDC_PROVIDER_UNAVAILABLE');
    assert.equal((await current(inside)).status, 200);
    await (await stack.as('city-office')).signIn();
    await provider.away(false);
    assert.equal((await new Visitor().signIn(stack.url, 'county-longxi')).status, 200);
  });

  test('comes up after the gateway', async () => {
    await provider.away(true);
    const before = await stack.pid('gateway');
    process.kill(before, 'SIGTERM');
    const start = () => fetch(`${stack.url}/v1/sessions/oidc/start`, { redirect: 'manual' });
    await eventually('the gateway is back', async () => (await stack.pid('gateway')) !== before && (await fetch(`${stack.url}/healthz`)).ok, { within_ms: 40000 });
    const answer = await start();
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /OIDC_PROVIDER_UNAVAILABLE/);
    await provider.away(false);
    await eventually('the provider is found', async () => (await start()).status === 302, { within_ms: 40000, every_ms: 500 });
    assert.equal((await new Visitor().signIn(stack.url, 'county-longxi')).status, 200);
  });
});

describe('a provider by https', () => {
  let server;
  let certificate;
  before(async () => {
    certificate = join(stack.home, 'keys', 'localhost.pem');
    const key = join(stack.home, 'keys', 'localhost.key');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
      const issuer = `https://${request.headers.host}`;
      response.end(JSON.stringify({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  const startAt = async (host, authorities) => {
    const there = { issuer: `https://${host}:${server.address().port}`, secret: provider.secret, serve: () => {} };
    await connect(stack, there, authorities ? ['--oidc-authorities', authorities] : []);
    return fetch(`${stack.url}/v1/sessions/oidc/start`, { redirect: 'manual' });
  };

  test('is believed with a certificate of its name, of an authority that the operator trusts', async () => {
    const answer = await startAt('localhost', certificate);
    assert.equal(answer.status, 302);
    assert.match(answer.headers.get('location'), /^https:\/\/localhost:\d+\/auth\?/);
  });
  test('is not believed with a certificate of another name', async () => {
    assert.equal((await startAt('127.0.0.1', certificate)).status, 503);
  });
  test('is not believed with a certificate of an authority that nobody trusts', async () => {
    assert.equal((await startAt('localhost', '')).status, 503);
  });
});
