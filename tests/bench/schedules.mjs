// B7: backward schedules, against one plain pass over the same arrays; and the page of a case.
import { join } from 'node:path';
import { output, ROOT } from './install.mjs';
import { largeCase } from './large_case.mjs';
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

/** Both sides say the same of the same cases; `one_day`: all are due on it. */
export async function scanning({ rounds, full }) {
  const cases = full ? 1000000 : 50000;
  const scan = async (what, ...words) => {
    const { scan_seconds, plain_seconds, steps, longest_step_ms, warnings } = JSON.parse(await output(TOOL, 'scan', '--cases', String(cases), '--rounds', String(rounds), ...words));
    return row({
      id: 'B7', work: `scan of ${cases} cases × 30 procedures, ${what}`, against: 'one plain pass over the same facts', unit: 'cases/s', ours: cases / scan_seconds, theirs: cases / plain_seconds,
      ratio: plain_seconds / scan_seconds, note: `${warnings} warnings in ${steps} steps; the longest held the lock for ${longest_step_ms.toFixed(1)} ms`,
    });
  };
  return [await scan('warnings as they come'), await scan('all due on one day', '--one-day')];
}

/** A case with all that its page shows, one call at a time over one connection. */
export async function casePage({ folder, city, rounds, seconds }) {
  const client = await city.as('city-office');
  await loadApprovals(city, client);
  const name = await largeCase(client);
  const { procedures } = await client.get(`/v1/${name}`);
  const request = await prepared(folder, 'GetCase', {
    address: city.preapproval, method: 'preapproval.v1.CaseService/GetCase', request: { name }, token: client.token,
  });
  const { ours, rounds: all } = await alternating(rounds, { ours: () => latency(folder, request, { seconds: Math.min(seconds, 1) }) });
  return [row({
    id: 'B7', work: `page of a case of ${procedures.length} procedures`, unit: 'µs', ours: ours.us, goal: '≤ 1.5 ms', met: ours.us <= 1500,
    note: `with clocks, schedule and graph, ${request.bytes} bytes; the median of one call at a time`, rounds: all,
  })];
}

/** The page is one of a city, not of an empty installation. */
async function loadApprovals(city, client) {
  const { rows } = await client.get('/v1/cases', { page_size: 1 });
  if (rows.length === 0) await output('node', join(ROOT, 'tests/dingxi/load.mjs'), '--url', city.url, '--accounts', join(city.home, 'accounts.json'));
}
