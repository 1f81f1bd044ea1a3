// The facts of a project that people edit here, and what happens when two edit at once. Pure.
import type { Project } from '@/api/generated/registry';

export type FactKey = 'title' | 'project_code' | 'region' | 'place' | 'industry' | 'field' | 'nature' | 'regime' | 'owner_title' | 'owner_credit_code' | 'competent_department' | 'responsible_unit' | 'responsible_person' | 'content_and_scale' | 'planned_start_on' | 'planned_completion_on' | 'total_investment_fen';
export type FactKind = 'text' | 'long' | 'region' | 'unit' | 'enum' | 'date' | 'money';

export const FACTS: { key: FactKey; kind: FactKind; values?: 'field' | 'nature' | 'regime' }[] = [
  { key: 'title', kind: 'text' }, { key: 'project_code', kind: 'text' }, { key: 'region', kind: 'region' }, { key: 'place', kind: 'text' }, { key: 'field', kind: 'enum', values: 'field' }, { key: 'industry', kind: 'text' },
  { key: 'nature', kind: 'enum', values: 'nature' }, { key: 'regime', kind: 'enum', values: 'regime' }, { key: 'total_investment_fen', kind: 'money' }, { key: 'owner_title', kind: 'text' }, { key: 'owner_credit_code', kind: 'text' },
  { key: 'competent_department', kind: 'unit' }, { key: 'responsible_unit', kind: 'unit' }, { key: 'responsible_person', kind: 'text' }, { key: 'planned_start_on', kind: 'date' }, { key: 'planned_completion_on', kind: 'date' }, { key: 'content_and_scale', kind: 'long' },
];

export type Facts = Record<FactKey, string>;

export const factsOf = (project: Project): Facts => Object.fromEntries(FACTS.map(({ key }) => [key, project[key]])) as Facts;

/** The facts in which `after` differs from `before`. */
export const changedFacts = (before: Facts, after: Facts): FactKey[] => FACTS.map(({ key }) => key).filter((key) => before[key] !== after[key]);

export interface Merge {
  /** What stands now with mine on top where nobody else touched it. */
  facts: Facts;
  /** Facts that both changed, to different values. */
  conflicts: FactKey[];
}

/** Three-way merge: `before` is what I began with, `mine` what I want, `theirs` what stands now. */
export function merge(before: Facts, mine: Facts, theirs: Facts): Merge {
  const facts = { ...theirs };
  const conflicts: FactKey[] = [];
  for (const key of changedFacts(before, mine)) {
    if (theirs[key] === before[key] || theirs[key] === mine[key]) facts[key] = mine[key];
    else conflicts.push(key);
  }
  return { facts, conflicts };
}

/** The moves that are possible from each stage (protos: enum Move). */
export const MOVES = {
  STAGE_UNSPECIFIED: [], PLANNED: ['RESERVE', 'PREPARE', 'CANCEL'], RESERVED: ['PREPARE', 'CANCEL'], PREPARING: ['START', 'CANCEL'], STARTED: ['BUILD', 'SUSPEND', 'WITHDRAW_START', 'CANCEL'],
  UNDER_CONSTRUCTION: ['COMPLETE', 'SUSPEND', 'CANCEL'], SUSPENDED: ['RESUME', 'CANCEL'], COMPLETED: ['OPERATE'], OPERATING: [], CANCELLED: ['RESTORE'],
} as const;
