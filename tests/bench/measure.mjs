// Two things measured in the same run, alternating; medians and their ratio.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians of every number in results of the same shape, one level of objects deep. */
export function medians(results) {
  const [first] = results;
  const of = (pick) => median(results.map(pick));
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) =>
      typeof value === 'number' ? [key, of((r) => r[key])] : [key, Object.fromEntries(Object.keys(value).map((name) => [name, of((r) => r[key][name])]))]),
  );
}

/** Runs each of `sides` {name: function} once to warm up, then `rounds` times in turn, every round in the other order. */
export async function alternating(rounds, sides) {
  const all = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    const order = round % 2 === 0 ? Object.entries(sides) : Object.entries(sides).reverse();
    for (const [name, side] of order) {
      const result = await side(round);
      if (round >= 0) all[name].push(result);
    }
  }
  return { rounds: all, ...Object.fromEntries(Object.entries(all).map(([name, results]) => [name, medians(results)])) };
}

const figure = (value) => (value === undefined || value === null || Number.isNaN(value) ? '' : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

const cpuText = (cpu) => Object.entries(cpu ?? {}).map(([name, micros]) => `${name} ${figure(micros)}`).join(', ');

/** A row of the table. `ours` and `theirs` are numbers in `unit`; `met` says whether the goal is reached. */
export function row({ id, work, against = '–', unit, ours, theirs, ratio, goal, met, cpu_us = {}, cpu_us_against = {}, note = '', rounds = {} }) {
  return { id, work, against, unit, ours, theirs, ratio, goal, met, cpu_us, cpu_us_against, note, rounds };
}

export function table(rows) {
  const head = ['#', 'work', 'measured', 'against', 'that', 'ratio', 'goal', 'met', 'CPU µs each', 'CPU µs of that', 'note'];
  const lines = rows.map((r) => [
    r.id, r.work, `${figure(r.ours)} ${r.unit}`, r.against, r.theirs === undefined ? '' : `${figure(r.theirs)} ${r.unit}`, figure(r.ratio), r.goal,
    r.met === undefined ? '' : r.met ? 'yes' : 'no', cpuText(r.cpu_us), cpuText(r.cpu_us_against), r.note,
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
