// Compares the figures that the system prints with those that were published and those that the data set says.
import { yuanToFen, fen } from './client.mjs';
import { PUBLISHED_RATES } from './approvals.mjs';
import { PUBLISHED, figuresAt, ratesAt } from './figures.mjs';

const DATES = ['2022-02-19', '2022-04-20'];
const LISTS = ['invest-2022', 'major-145', 'plan-2023', 'master'];
const NAMES = { projects: 'projects', total: 'total_investment', planned: 'planned_investment' };

/** What the data set expects: `{as_of, region, key, value}` with counts and fen as BigInt. */
export function expectedFigures(data) {
  const expected = [];
  const add = (list, as_of, region, figures) => {
    for (const [short, long] of Object.entries(NAMES)) {
      if (figures[short] === undefined) continue;
      const value = short === 'projects' ? BigInt(figures[short]) : BigInt(fen(figures[short]));
      expected.push({ as_of, region, key: `lists.${list}.${long}`, value });
    }
  };
  for (const p of PUBLISHED) add(p.list, p.as_of, p.region, p);
  for (const as_of of DATES) {
    for (const list of LISTS) for (const region of ['', '621122', '621125']) add(list, as_of, region, figuresAt(data, list, as_of, region));
  }
  return expected;
}

/** The same of pre-approval: counts, and rates in hundredths of a percent. */
export function expectedRates(data) {
  const expected = [];
  const add = (list, as_of, region, { required, completed, ready }) => {
    const counts = { required, completed, ready_projects: ready };
    for (const [name, value] of Object.entries(counts)) expected.push({ as_of, region, key: `procedures.${list}.${name}`, value: BigInt(value) });
  };
  for (const { list, as_of, percent } of PUBLISHED_RATES) {
    for (const region of ['', '621122', '621125']) add(list, as_of, region, ratesAt(data, list, as_of, region));
    expected.push({ as_of, region: '', key: `procedures.${list}.completion_rate`, value: BigInt(percent * 100) });
  }
  add('invest-2022', '2022-02-19', '', ratesAt(data, 'invest-2022', '2022-02-19'));
  expected.push({ as_of: '2022-04-20', region: '', key: 'procedures.invest-2022.completion_rate_change_yoy', value: 4200n });
  return expected;
}

/** A figure's value as a whole number: a count, fen, or hundredths of a percent or of a point. */
export const figureValue = (figure) => (figure.unit === 'count' ? BigInt(figure.value) : yuanToFen(figure.value));

/** Reads every expected figure back and fails with all differences named. */
export async function verifyFigures(client, data) {
  const views = new Map();
  const differences = [];
  const expected = [...expectedFigures(data), ...expectedRates(data)];
  for (const { as_of, region, key, value } of expected) {
    const view = `${as_of} ${region}`;
    if (!views.has(view)) views.set(view, (await client.get('/v1/figures', { as_of, region })).figures);
    const figure = views.get(view).find((f) => f.key === key);
    const got = figure && !figure.missing_reason ? figureValue(figure) : figure?.missing_reason ?? 'not there';
    if (got !== value) differences.push(`${key} as of ${as_of}${region && ` in ${region}`}: expected ${value}, got ${got}`);
  }
  if (differences.length) throw new Error(`${differences.length} of ${expected.length} figures differ:\n  ${differences.join('\n  ')}`);
  process.stderr.write(`  Figures: all ${expected.length} as expected\n`);
}
