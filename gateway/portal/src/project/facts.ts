// The facts of a project that people edit here, and what happens when two edit at once. Pure.
import type { Move, Project, Stage } from '@/api/generated/registry';

export type FactKey = 'title' | 'project_code' | 'region' | 'place' | 'industry' | 'field' | 'nature' | 'regime' | 'owner_title' | 'owner_credit_code' | 'competent_department' | 'responsible_unit' | 'responsible_person' | 'content_and_scale' | 'planned_start_on' | 'planned_completion_on' | 'total_investment_fen' | 'annual_plans' | 'funding_sources' | 'attributes';
export type FactKind = 'text' | 'long' | 'region' | 'unit' | 'enum' | 'date' | 'money' | 'plans' | 'funding' | 'attributes';

export const FACTS: { key: FactKey; kind: FactKind; values?: 'field' | 'nature' | 'regime' }[] = [
  { key: 'title', kind: 'text' }, { key: 'project_code', kind: 'text' }, { key: 'region', kind: 'region' }, { key: 'place', kind: 'text' }, { key: 'field', kind: 'enum', values: 'field' }, { key: 'industry', kind: 'text' },
  { key: 'nature', kind: 'enum', values: 'nature' }, { key: 'regime', kind: 'enum', values: 'regime' }, { key: 'total_investment_fen', kind: 'money' }, { key: 'owner_title', kind: 'text' }, { key: 'owner_credit_code', kind: 'text' },
  { key: 'competent_department', kind: 'unit' }, { key: 'responsible_unit', kind: 'unit' }, { key: 'responsible_person', kind: 'text' }, { key: 'planned_start_on', kind: 'date' }, { key: 'planned_completion_on', kind: 'date' }, { key: 'content_and_scale', kind: 'long' },
  { key: 'annual_plans', kind: 'plans' }, { key: 'funding_sources', kind: 'funding' }, { key: 'attributes', kind: 'attributes' },
];

/** The facts that are one value each; the others are made of several. */
export const PLAIN_FACTS = FACTS.filter(({ kind }) => !['plans', 'funding', 'attributes'].includes(kind));

export type Facts = Record<FactKey, string>;

// What is made of several values is kept as JSON in one order, so that it is compared and merged like any other fact.
function textOf(project: Project, key: FactKey): string {
  switch (key) {
    case 'annual_plans': return JSON.stringify([...project.annual_plans].sort((a, b) => a.year - b.year));
    case 'funding_sources': return JSON.stringify([...project.funding_sources].sort((a, b) => a.kind.localeCompare(b.kind)));
    case 'attributes': return JSON.stringify(project.attributes ?? {});
    default: return project[key];
  }
}

export const factsOf = (project: Project): Facts => Object.fromEntries(FACTS.map(({ key }) => [key, textOf(project, key)])) as Facts;

/** The value of a fact as the service takes it. */
export const valueOf = (key: FactKey, text: string): unknown => (PLAIN_FACTS.some((fact) => fact.key === key) ? text : JSON.parse(text));

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

/** The moves that are possible from each stage (protos: enum Move; the service has the last word). */
export const MOVES = {
  STAGE_UNSPECIFIED: [], PLANNED: ['RESERVE', 'PREPARE', 'CANCEL'], RESERVED: ['PREPARE', 'CANCEL'], PREPARING: ['START', 'CANCEL'], STARTED: ['BUILD', 'SUSPEND', 'WITHDRAW_START', 'CANCEL'],
  UNDER_CONSTRUCTION: ['COMPLETE', 'SUSPEND', 'CANCEL'], SUSPENDED: ['RESUME', 'CANCEL'], COMPLETED: ['OPERATE'], OPERATING: [], CANCELLED: ['RESTORE'],
} as const satisfies Record<Stage, readonly Move[]>;

/** The stage that each move leads to. */
export const LEADS_TO: Record<Exclude<Move, 'MOVE_UNSPECIFIED'>, Stage> = {
  RESERVE: 'RESERVED', PREPARE: 'PREPARING', START: 'STARTED', BUILD: 'UNDER_CONSTRUCTION', SUSPEND: 'SUSPENDED', RESUME: 'UNDER_CONSTRUCTION', COMPLETE: 'COMPLETED', OPERATE: 'OPERATING', CANCEL: 'CANCELLED', RESTORE: 'PLANNED', WITHDRAW_START: 'PREPARING',
};

/** The move that takes a project from one stage to another; undefined when there is none. */
export const moveBetween = (from: Stage, to: Stage): keyof typeof LEADS_TO | undefined => MOVES[from].find((move) => LEADS_TO[move] === to);

/** The move that takes a move back, where there is one that leaves nothing of it behind. */
export const UNDOES: Partial<Record<Move, Move>> = { START: 'WITHDRAW_START' };
