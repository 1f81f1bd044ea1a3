// Signing in at an identity provider, in the browser. The provider is on another site (localhost) than the portal (127.0.0.1), so that what the
// browser holds back between sites is held back here, too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import { connect, IdentityProvider } from '../e2e/provider.mjs';
import { ownStack } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

const BUTTON = { name: '统一身份认证登录' };
let portal;
let provider;

before(async () => {
  const stack = await ownStack('portal-oidc');
  const office = await stack.createAccount('city-office', { title: '市发改委', role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  await office.post('/v1/organizations', { title: '陇西县', kind: 'COUNTY_LEVEL', region: '621122' }, { organization_id: 'longxi', request_id: randomUUID() });
  await stack.createAccount('county-longxi', { title: '陇西县', role: 'COUNTY', region: '621122', organization: 'longxi' });
  portal = await Portal.open(stack);
});
after(async () => {
  await portal?.close();
  await provider?.stop();
});

/** Says at the provider's page who one is. */
async function beAt(page, person) {
  await page.locator('input[name=person]').fill(person);
  await page.getByRole('button', { name: '登录' }).click();
}

async function signedIn(person, path) {
  const page = await portal.page();
  await page.goto(portal.url + path);
  await page.getByRole('button', BUTTON).click();
  await beAt(page, person);
  await page.locator('header.head').waitFor();
  return page;
}

/** The page /import with a word typed and a request that met the end of the session: the dialog lies over it. */
async function interrupted() {
  const page = await signedIn('city-office', '/import');
  await page.locator('input[name=reason]').fill('还没有保存的话');
  await page.context().clearCookies(); // At the provider, too: it asks again who comes.
  await page.locator('input[name=file]').setInputFiles({ name: 'empty.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('no workbook') });
  await page.locator('section.card button[type=submit]').click();
  await page.locator('dialog[open]').waitFor();
  return page;
}

async function openProvider(page) {
  const [popup] = await Promise.all([page.context().waitForEvent('page'), page.locator('dialog[open]').getByRole('button', BUTTON).click()]);
  return popup;
}

test('the form has no such button without a provider, and has it with one', async () => {
  const page = await portal.page();
  const options = () => page.waitForResponse((answer) => answer.url().endsWith('/v1/sessions/options'));
  await Promise.all([options(), page.goto(portal.url)]);
  await page.locator('.sign-in').waitFor();
  assert.equal(await page.getByRole('button', BUTTON).count(), 0);
  assertQuiet(page, 'the form');
  provider = await IdentityProvider.start({ host: 'localhost' });
  await connect(portal.stack, provider);
  await Promise.all([options(), page.reload()]);
  await page.getByRole('button', BUTTON).waitFor();
  await assertAccessible(page, 'the form with a provider');
  await picture(page, 'sign-in-provider');
  await page.context().close();
});

test('one comes back signed in, at the page that was wanted', async () => {
  const page = await signedIn('county-longxi', '/lists?region=621122');
  const url = new URL(page.url());
  assert.equal(url.origin + url.pathname + url.search, `${portal.url}/lists?region=621122`);
  assert.equal(await page.locator('.who').innerText(), '陇西县');
  const cookies = await page.context().cookies(portal.url);
  const held = cookies.find((cookie) => cookie.name === 'yaoshi-session');
  assert.ok(held.httpOnly && held.sameSite === 'Strict');
  assert.ok(!cookies.some((cookie) => cookie.name === 'yaoshi-oidc'), 'the attempt is over');
  assert.ok(!(await page.evaluate(() => document.cookie)).includes('yaoshi'), 'no script reads it');
  await page.reload();
  await page.locator('header.head').waitFor();
  assertQuiet(page, 'coming back');
  await page.context().close();
});

test('a session that ends keeps what was typed: the provider opens beside the page, and the work goes on', async () => {
  const page = await interrupted();
  await assertAccessible(page, 'the dialog with a provider');
  await picture(page, 'session-ended-provider');
  const popup = await openProvider(page);
  const closed = popup.waitForEvent('close');
  await beAt(popup, 'city-office');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await closed;
  assert.equal(await page.locator('input[name=reason]').inputValue(), '还没有保存的话');
  await page.locator('section.card [role=alert]').waitFor(); // The upload went on, and is no workbook.
  await page.context().close();
});

test('what was typed is not done as somebody else', async () => {
  const page = await interrupted();
  const popup = await openProvider(page);
  await beAt(popup, 'county-longxi');
  const dialog = page.locator('dialog[open]');
  assert.match(await dialog.getByRole('alert').innerText(), /陇西县.*不是原来的账号/);
  await beAt(await openProvider(page), 'city-office'); // It asks again, though somebody is signed in there.
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.locator('.who').innerText(), '市发改委');
  await page.context().close();
});

test('who has no account here reads why, and can go back', async () => {
  const page = await portal.page();
  await page.goto(`${portal.url}/lists`);
  await page.getByRole('button', BUTTON).click();
  await beAt(page, 'somebody-else');
  await page.getByText('没有可以在此登录的对应账号').waitFor();
  await assertAccessible(page, 'refused');
  await picture(page, 'sign-in-refused');
  await page.getByRole('link', { name: /返回/ }).click();
  await page.locator('.sign-in').waitFor();
  assert.equal(new URL(page.url()).pathname, '/lists');
  await page.context().close();
});

test('signing out ends the session here and offers to end that of the provider', async () => {
  const page = await signedIn('city-office', '/lists');
  await page.getByRole('button', { name: '退出', exact: true }).click();
  await page.waitForURL(`${provider.issuer}/session/end?**`);
  assert.equal((await page.context().cookies(portal.url)).filter((cookie) => cookie.name === 'yaoshi-session' && cookie.value).length, 0);
  await page.getByRole('button', { name: '退出' }).click();
  await page.locator('.sign-in').waitFor();
  assert.equal(new URL(page.url()).origin, portal.url);
  await page.getByRole('button', BUTTON).click();
  await page.locator('input[name=person]').waitFor(); // The provider asks again who it is.
  await page.context().close();
});
