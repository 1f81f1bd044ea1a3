// B7: backward schedules, against one plain pass over the same arrays; and the page of a case.
import { join } from 'node:path';
import { output, ROOT } from './install.mjs';
import { latency, prepared, TOOL } from './load.mjs';
import { alternating, row } from './measure.mjs';

/** Both sides count the same cases in the same process image; what they find must be the same to the day. */
export async function scheduling({ rounds, full }) {
  const projects = full ? 1000000 : 200000;
  const run = async (...words) => JSON.parse(await output(TOOL, 'schedules', '--projects', String(projects), ...words));
  const result = await alternating(rounds, { ours: () => run(), plain: () => run('--plain') });
  if (result.ours.checksum !== result.plain.checksum) throw new Error('the two sides found different dates');
  const ratio = result.plain.seconds / result.ours.seconds;
  const single = result.ours.single_micros;
  return [row({
    id: 'B7', work: `schedule of ${projects} projects × 30 procedures`, against: 'one plain pass over the same arrays', unit: 'projects/s', ours: projects / result.ours.seconds,
    theirs: projects / result.plain.seconds, ratio, goal: '≥ 0.3; one < 100 µs', met: ratio >= 0.3 && single < 100,
    note: `one project with path and explanation: ${single.toFixed(1)} µs`, rounds: result.rounds,
  })];
}

/** A case with all that its page shows, one call at a time over one connection. */
export async function casePage({ folder, city, rounds, seconds }) {
  const client = await city.as('city-office');
  let cases = await client.all('/v1/cases', 'rows');
  if (cases.length === 0) {
    await output('node', join(ROOT, 'tests/dingxi/load.mjs'), '--url', city.url, '--accounts', join(city.home, 'accounts.json'));
    cases = await client.all('/v1/cases', 'rows');
  }
  const largest = cases.reduce((a, b) => (b.required > a.required ? b : a));
  const { procedures } = await client.get(`/v1/${largest.case.name}`);
  const request = await prepared(folder, 'GetCase', {
    address: city.preapproval, method: 'preapproval.v1.CaseService/GetCase', request: { name: largest.case.name }, token: client.token,
  });
  const { ours, rounds: all } = await alternating(rounds, { ours: () => latency(folder, request, { seconds: Math.min(seconds, 1) }) });
  return [row({
    id: 'B7', work: `page of a case of ${procedures.length} procedures`, unit: 'µs', ours: ours.us, goal: '≤ 1.5 ms', met: ours.us <= 1500,
    note: `with clocks, schedule and graph, ${request.bytes} bytes; the median of one call at a time`, rounds: all,
  })];
}
