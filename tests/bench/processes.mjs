// B9, B10 and B11: memory and start.
import { BUILD, output, residentMiB } from './install.mjs';
import { median, row } from './measure.mjs';

const PER_SIZE = { city: { mib: 48, ms: 1000, unit: 'city scale' }, large: { mib: 1024, ms: 15000 } };

/** B9 and B10 of one installation. A goal is judged only at the size that it speaks of. */
export async function memoryAndStart({ install, size, projects, full, rounds }) {
  const goal = PER_SIZE[size];
  const judged = size === 'city' || full;
  const text = size === 'city' ? 'at city scale' : 'at 1 000 000 projects';
  const rows = [];
  for (const name of ['registry', 'gateway']) {
    const worked = residentMiB(install.pid(name));
    const starts = await install.restarts(name, rounds);
    const ms = median(starts.map((s) => s.ms));
    rows.push(row({
      id: 'B9', work: `memory of the ${name}, projects: ${projects}`, unit: 'MiB', ours: worked, goal: `≤ ${goal.mib} MiB ${text}`,
      met: judged ? worked <= goal.mib : undefined, note: `after the measurements; ${median(starts.map((s) => s.mib)).toFixed(0)} MiB just started`,
    }));
    rows.push(row({
      id: 'B10', work: `start of the ${name}, projects: ${projects}`, unit: 'ms', ours: ms, goal: `≤ ${goal.ms / 1000} s ${text}`,
      met: judged ? ms <= goal.ms : undefined, rounds: { starts },
    }));
  }
  return rows;
}

/** B11, its second half: `./dev up` when everything is installed, built and loaded. */
export async function warmUp({ city, rounds }) {
  const words = ['-C', BUILD, '-n', 'registry', 'gateway', 'yaoshi-keygen'];
  const built = (await output('ninja', ...words).catch(() => '')).includes('no work to do');
  const seconds = [];
  for (let i = 0; i < rounds; i++) {
    await city.down();
    const begin = performance.now();
    // Not built: the sources changed while this runs, and the build would be measured.
    await city.up([], { release: !built });
    seconds.push((performance.now() - begin) / 1000);
  }
  return [row({
    id: 'B11', work: 'second ./dev up', unit: 's', ours: median(seconds), goal: '≤ 15 s', met: median(seconds) <= 15,
    note: built ? 'with the look for packages and for changed sources' : 'without the look for changed sources', rounds: { seconds },
  })];
}
