// A service that stops: the page says what is missing and since when, the rest stands, and it heals without being loaded anew.
// On an installation of its own.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { adjust, createList, createProject } from '../e2e/samples.mjs';
import { eventually, ownStack } from '../e2e/stack.mjs';
import { assertAccessible, Portal } from './browser.mjs';

let portal;
let stack;
let office;
before(async () => {
  stack = await ownStack('away');
  office = await stack.createAccount('city-office', { role: 'CITY_OFFICE', region: '621100', organization: 'city' });
  await office.post('/v1/organizations', { title: '陇西县', kind: 'COUNTY_LEVEL', region: '621122' }, { organization_id: 'longxi', request_id: crypto.randomUUID() });
  const list = await createList(office, 'years');
  await adjust(office, list.name, { additions: [{ project: (await createProject(office)).name, kind: 'NEW_START' }] });
  portal = await Portal.open(stack);
});
after(async () => { await portal?.close(); });

const hold = () => join(stack.home, 'run', 'preapproval.hold');
const partsOf = async () => (await office.get('/v1/views/overview', { list: 'lists/years' })).parts.filter((part) => part.service === 'preapproval');

/** Ends the service of the approvals and keeps it down, until release(). */
async function stop() {
  writeFileSync(hold(), '');
  process.kill(await stack.pid('preapproval'), 'SIGKILL');
  await eventually('its parts are away', async () => (await partsOf()).every((part) => part.state !== 'OK'));
}
const release = () => rmSync(hold());

test('of a service that is away the page says what is missing since when, shows the rest, and heals by itself', { timeout: 120000 }, async () => {
  await stop();
  const page = await portal.signedIn('city-office', '/');
  const note = page.locator('.part-note');
  await note.waitFor();
  await page.evaluate(() => { globalThis.stays = true; });
  assert.equal(await note.count(), 1, 'a service is said once');
  assert.equal(await note.getAttribute('data-service'), 'preapproval');
  assert.match(await note.innerText(), /前期手续.*暂缺.*自 .*\d+:\d+.* 起.*暂缺：.*走势与同比.*预警/s);
  assert.equal(await page.locator('[data-figure="lists.years.projects"]').innerText(), '1 项');
  assert.equal(await page.locator('[data-number=starts_late]').count(), 1);
  assert.equal(await page.locator('[data-number=procedures_late]').count(), 0, 'unknown is not zero');
  await assertAccessible(page, 'a service is away');
  release();
  await note.waitFor({ state: 'detached', timeout: 60000 });
  await page.locator('[data-number=procedures_late]').waitFor();
  assert.ok(await page.evaluate(() => globalThis.stays), 'the page was not loaded anew');
  await page.context().close();
});

test('what a service said before is shown as such, on the page of a region too', { timeout: 120000 }, async () => {
  const page = await portal.signedIn('city-office', '/regions/621122?list=lists/years');
  await page.locator('[data-number=procedures_late]').waitFor();
  const note = page.locator('.part-note[data-service=preapproval]');
  await note.waitFor({ state: 'detached', timeout: 60000 });
  await stop();
  await page.reload();
  await note.waitFor();
  assert.equal(await note.getAttribute('data-state'), 'STALE');
  assert.match(await note.innerText(), /不是最新.*自 .* 起.*仍是 .*\d+:\d+ 的内容：.*手续提醒/s);
  assert.equal(await page.locator('[data-number=procedures_late]').innerText(), '0 项');
  release();
  await note.waitFor({ state: 'detached', timeout: 60000 });
  await page.context().close();
});
