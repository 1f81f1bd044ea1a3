// A what-if while it is being put together, and what its answer says. Pure.
import type { Input } from '@/api/method';
import type { Scenario, ScenarioChange, Scenario_Comparison as Comparison } from '@/api/generated/preapproval';

export const CHANGE_KINDS = ['shift', 'start', 'procedure', 'limit'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One change as it is typed. Only what its kind asks for counts. */
export interface Line {
  kind: ChangeKind;
  days: number | '';
  date: string;
  code: string;
  percent: number | '';
}

export const newLine = (kind: ChangeKind = 'shift'): Line => ({ kind, days: '', date: '', code: '', percent: '' });

const whole = (value: number | '', least: number, most: number): value is number => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/** The change that a line says; undefined while it says none. The ranges are those of the proto. */
export function toChange(line: Line): Input<ScenarioChange> | undefined {
  switch (line.kind) {
    case 'shift': return whole(line.days, -2000, 2000) && line.days !== 0 ? { shift_working_days: line.days } : undefined;
    case 'start': return line.date ? { target_start_on: line.date } : undefined;
    case 'procedure': return line.code ? { add_procedure: line.code } : undefined;
    case 'limit': return whole(line.percent, 1, 1000) ? { limit_percent: line.percent, limit_code: line.code } : undefined;
  }
}

/** Limits are law and promise: a what-if with other ones is compared, never applied. */
export const changesLimits = (changes: ScenarioChange[]): boolean => changes.some((change) => change.limit_percent !== 0);

export type Verdict = 'feasible' | 'infeasible' | 'uncounted';

/** Whether a case can start in time in one of the two worlds. */
export function verdictOf(forecast: string, shortfall: number): Verdict {
  if (!forecast) return 'uncounted';
  return shortfall === 0 ? 'feasible' : 'infeasible';
}

/** "80.0" of a share in percent; '' when there is nothing to have a share of. */
export const percentOf = (part: string, all: string): string => (Number(all) ? ((100 * Number(part)) / Number(all)).toFixed(1) : '');

export const projectOf = (caseName: string): string => `/projects/${caseName.replace('cases/', '')}`;

/** Two dates to look at, unless somebody chooses others: the end of this quarter, and of the year. */
export function usualDates(today: string): string[] {
  const [year, month] = today.split('-').map(Number) as [number, number];
  const last = Math.ceil(month / 3) * 3;
  const quarter = new Date(Date.UTC(year, last, 0)).toISOString().slice(0, 10);
  return [...new Set([quarter, `${year}-12-31`])];
}

/** The request that counts the same again: what stands may have changed meanwhile. Cases that were named and did not differ are not known any more. */
export function againOf(scenario: Scenario) {
  const scope = scenario.list ? { list: scenario.list, region: scenario.region } : { cases: scenario.comparisons.map((one) => one.case) };
  return { ...scope, title: scenario.title, changes: scenario.changes, target_dates: scenario.start_rates.map((rate) => rate.on) };
}

/** The project that stands in the way of applying, by its title where the comparison has it. */
export const titleOf = (comparisons: Comparison[], caseName: string): string => comparisons.find((one) => one.case === caseName)?.title ?? '';

/** Whether a region's account reaches another region (621100 covers 621122; docs/adr/0005). */
export const covers = (region: string, other: string): boolean => other.startsWith(region.replace(/(00)+$/, ''));
