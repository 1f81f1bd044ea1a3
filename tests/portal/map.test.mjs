// The map of the overview, out of a GeoJSON file that the operator supplies.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../e2e/stack.mjs';
import { assertAccessible, assertQuiet, picture, Portal } from './browser.mjs';

let portal;
let office;
let flags;
before(async () => {
  portal = await Portal.open();
  office = await portal.stack.as('city-office');
  flags = join(portal.stack.home, 'run/gateway.flags');
});
after(async () => {
  rmSync(flags, { force: true });
  await restarted(0);
  await portal.close();
});

// Regions as nobody has seen them: a strip each, one in two parts, one where no project is.
const strip = (west, east) => [[[west, 35], [east, 35], [east, 35.6], [(west + east) / 2, 35.7], [west, 35.6], [west, 35]]];
const outline = (code, polygons, more = {}) => ({ type: 'Feature', properties: { adcode: Number(code), ...more }, geometry: { type: 'MultiPolygon', coordinates: polygons } });
const MAP = {
  type: 'FeatureCollection',
  features: [outline('621102', [strip(104, 104.3)]), outline('621122', [strip(104.3, 104.6)]), outline('621125', [strip(104.6, 104.8), strip(104.85, 104.9)]), outline('622900', [strip(104.9, 105.1)], { name: '邻州' })],
};

const restarted = async (features) => {
  process.kill(await portal.stack.pid('gateway'));
  await eventually(`a map of ${features} regions is served`, async () => JSON.parse(await (await fetch(`${portal.url}/v1/map`, { headers: { authorization: `Bearer ${office.token}` } })).text()).features.length === features, { within_ms: 60000 });
};
const supply = async (map) => {
  const file = join(portal.stack.home, 'map.geojson');
  writeFileSync(file, JSON.stringify(map));
  writeFileSync(flags, `# the map\n--map-file\n${file}\n`);
  await restarted(map.features.length);
};

test('without a map the regions are tiles', async () => {
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  await page.locator('[data-part=regions] .tiles [data-region]').first().waitFor();
  assert.equal(await page.locator('[data-part=regions] svg').count(), 0);
  assertQuiet(page, 'tiles');
  await page.context().close();
});

test('with a map each region is where it lies, says its number, and leads to its page', async () => {
  await supply(MAP);
  for (const options of [{}, { theme: 'dark', language: 'en' }, { width: 390, height: 844 }]) {
    const what = JSON.stringify(options);
    const page = await portal.signedIn('city-office', '/?as_of=2022-04-20', options);
    const map = page.locator('[data-part=regions] svg');
    await map.locator('[data-region="621122"]').waitFor();
    await assertAccessible(page, what);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: too wide`);
    if (!options.theme && !options.width) await picture(page, 'map');
    assertQuiet(page, what);
    await page.context().close();
  }
  const page = await portal.signedIn('city-office', '/?as_of=2022-04-20');
  const map = page.locator('[data-part=regions] svg');
  const region = map.locator('[data-region="621122"]');
  await region.waitFor();
  assert.equal(await map.locator('a').count(), 3, 'where nothing is, nothing leads');
  assert.match(await region.getAttribute('aria-label'), /^陇西县：115 项，当年计划投资 [\d.,]+ 亿元$/);
  assert.equal(await region.locator('title').textContent(), await region.getAttribute('aria-label'), 'the same for the mouse');
  assert.deepEqual(await map.locator('.names text').allTextContents(), ['安定区', '陇西县', '漳县', '邻州']);
  const places = await map.locator('.names text').evaluateAll((all) => all.map((one) => Number(one.getAttribute('x'))));
  assert.deepEqual(places, [...places].sort((a, b) => a - b), 'from west to east');
  await page.locator('.beside [data-region="621124"]').waitFor();
  await page.locator('[data-part=regions] select[name=metric]').selectOption('projects');
  assert.match(await region.getAttribute('aria-label'), /^陇西县：115 项$/);
  await page.locator('[data-part=regions] select[name=metric]').focus();
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.region), '621122', 'by keyboard');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/regions\/621122\?.*list=lists/);
  await page.locator('h1', { hasText: '陇西县' }).waitFor();
  assertQuiet(page, 'map');
  await page.context().close();
});

test('the map is served to who is signed in, and again only when it has changed', async () => {
  const ask = (headers) => fetch(`${portal.url}/v1/map`, { headers });
  assert.equal((await ask({})).status, 401);
  const county = await portal.stack.as('county-longxi');
  const authorization = `Bearer ${county.token}`;
  const answer = await ask({ authorization });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/geo+json');
  assert.equal((await ask({ authorization, 'if-none-match': answer.headers.get('etag') })).status, 304);
});
