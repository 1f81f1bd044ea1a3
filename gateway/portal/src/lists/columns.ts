// The columns of a list: what each shows, how it is filtered, sorted and written to a file.
import type { Entry } from '@/api/generated/registry';
import { toWan } from '@/ui/money';

export type ColumnKind = 'text' | 'region' | 'unit' | 'enum' | 'date' | 'money';

export interface Column {
  key: string;
  kind: ColumnKind;
  /** The i18n group of an enum's values. */
  values?: 'stage' | 'field' | 'nature' | 'regime' | 'entryKind';
  /** Where its heading stands in the messages. */
  label: string;
  width: number;
  /** The field of AIP-160 filters; empty when the list cannot be filtered by it. */
  filter: string;
  /** The list can be ordered by it. */
  sortable: boolean;
  read: (entry: Entry) => string;
}

type ProjectKey = Exclude<keyof NonNullable<Entry['project']>, 'funding_sources' | 'annual_plans' | 'attributes' | 'classified' | 'merged_from'>;

const ofProject = (key: ProjectKey, kind: ColumnKind, width: number, more: Partial<Column> = {}): Column => ({
  key, kind, width, label: `project.${key}`, filter: key, sortable: false, read: (entry) => entry.project?.[key] ?? '', ...more,
});

export const COLUMNS: Column[] = [
  ofProject('title', 'text', 320, { sortable: true }),
  ofProject('region', 'region', 120),
  ofProject('stage', 'enum', 90, { values: 'stage' }),
  { key: 'kind', kind: 'enum', values: 'entryKind', label: 'entry.kind', width: 90, filter: 'entry_kind', sortable: false, read: (entry) => entry.kind },
  ofProject('total_investment_fen', 'money', 130, { sortable: true }),
  { key: 'planned_investment_fen', kind: 'money', label: 'entry.planned_investment_fen', width: 150, filter: 'planned_investment_fen', sortable: true, read: (entry) => entry.planned_investment_fen },
  ofProject('field', 'enum', 190, { values: 'field' }),
  ofProject('owner_title', 'text', 240),
  ofProject('competent_department', 'unit', 160),
  ofProject('responsible_unit', 'unit', 130),
  ofProject('responsible_person', 'text', 190, { filter: '' }),
  ofProject('project_code', 'text', 240),
  ofProject('place', 'text', 170),
  ofProject('industry', 'text', 80),
  ofProject('nature', 'enum', 130, { values: 'nature' }),
  ofProject('regime', 'enum', 100, { values: 'regime' }),
  ofProject('planned_start_on', 'date', 120, { sortable: true }),
  ofProject('planned_completion_on', 'date', 120),
  ofProject('started_on', 'date', 120),
  ofProject('stage_since', 'date', 120, { filter: '' }),
  { key: 'admitted_on', kind: 'date', label: 'entry.admitted_on', width: 120, filter: 'admitted_on', sortable: false, read: (entry) => entry.admitted_on },
  { key: 'reason', kind: 'text', label: 'entry.reason', width: 260, filter: '', sortable: false, read: (entry) => entry.reason },
  ofProject('content_and_scale', 'text', 320, { filter: '' }),
];

export const FIRST_COLUMNS = ['title', 'region', 'stage', 'kind', 'total_investment_fen', 'planned_investment_fen', 'field', 'owner_title', 'competent_department', 'responsible_unit', 'planned_start_on'];

/** The columns that an address names, in its order; the usual ones when it names none that exist. */
export function columnsOf(text: unknown): Column[] {
  const keys = typeof text === 'string' ? text.split(',') : [];
  const chosen = keys.flatMap((key) => COLUMNS.find((column) => column.key === key) ?? []);
  return chosen.length ? [...new Set(chosen)] : FIRST_COLUMNS.map((key) => COLUMNS.find((column) => column.key === key)!);
}

export interface Words {
  t: (key: string) => string;
  region: (code: string) => string;
  unit: (name: string) => string;
}

/** What a cell says; amounts in 万元, exact. */
export function cellText(column: Column, entry: Entry, words: Words): string {
  const value = column.read(entry);
  if (!value) return '';
  switch (column.kind) {
    case 'region': return words.region(value);
    case 'unit': return words.unit(value);
    case 'enum': return words.t(`${column.values}.${value}`);
    case 'money': return toWan(BigInt(value));
    default: return value;
  }
}

/** A cell of a CSV file. A text that a spreadsheet would take for a formula is defused. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of cells as a file, with a byte order mark. */
export const csvOf = (lines: string[][]): string => `\ufeff${lines.map((line) => line.map(csvCell).join(',')).join('\r\n')}\r\n`;

/** The whole file: headings, rows. */
export function toCsv(columns: Column[], entries: Entry[], words: Words): string {
  const heading = (column: Column): string => words.t(column.label) + (column.kind === 'money' ? `（${words.t('unit.wan')}）` : '');
  const lines = [columns.map(heading), ...entries.map((entry) => columns.map((column) => cellText(column, entry, words)))];
  return csvOf(lines);
}
