// What waits for a unit, as one row of kinds with their counts. Pure.
import type { MyWork, WorkItem_Kind as ItemKind } from '@/api/generated/gateway';
import type { Task_Kind as TaskKind } from '@/api/generated/preapproval';
import type { FactKey } from '@/project/facts';

/** The kinds of tasks in the order in which they press; those of pre-approval come before the registry's. */
export const TASK_KINDS = ['OVERDUE', 'SIGN_OFF', 'DECIDE', 'ACCEPT_OR_RETURN', 'OBLIGATION', 'WAIT_FOR_OTHERS'] as const;
// The order in which ListTasks counts them (protos: Task.Kind from OVERDUE on).
const COUNTED: readonly TaskKind[] = ['OVERDUE', 'DECIDE', 'ACCEPT_OR_RETURN', 'SIGN_OFF', 'WAIT_FOR_OTHERS', 'OBLIGATION'];

export type WorkKind = (typeof TASK_KINDS)[number] | ItemKind;
export interface KindCount { kind: WorkKind; count: number }

export const isTask = (kind: WorkKind): kind is (typeof TASK_KINDS)[number] => (TASK_KINDS as readonly string[]).includes(kind);

export function kindsOf(counts: string[], work: MyWork | undefined): KindCount[] {
  const tasks = TASK_KINDS.map((kind) => ({ kind, count: Number(counts[COUNTED.indexOf(kind)] ?? 0) }));
  // The view's groups of procedures are the tasks again, without their moves: those are listed by their own service.
  const asked = (work?.groups ?? []).filter((group) => FACT_OF[group.kind]);
  return [...(counts.length ? tasks : []), ...asked.map((group) => ({ kind: group.kind, count: Number(group.items_total?.value ?? 0) }))];
}

/** What opens first: the first kind with something to do in it. */
export const firstOf = (kinds: KindCount[]): WorkKind | undefined => (kinds.find(({ count }) => count > 0) ?? kinds[0])?.kind;

/** The fact that settles an item when it is filled in. */
export const FACT_OF: Partial<Record<WorkKind, FactKey>> = { START_OVERDUE: 'planned_start_on', START_DUE: 'planned_start_on', CODE_MISSING: 'project_code', RESPONSIBLE_UNIT_MISSING: 'responsible_unit' };
