// B7: backward schedules, against one plain pass over the same arrays.
import { output } from './install.mjs';
import { TOOL } from './load.mjs';
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
