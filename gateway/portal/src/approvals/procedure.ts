// Procedures as the portal shows them: what a move asks for, how a state looks, what the graph keeps. Pure.
import type { CaseView, CheckGateResponse, Delegation, Procedure, ProcedureMove, Schedule, Schedule_Item as Item } from '@/api/generated/preapproval';

/** What a move asks for besides its day; the door says the same of every move (protos: MoveProcedureRequest). */
export interface Asked {
  reason: boolean;
  approval: boolean;
  special: boolean;
  obligations: boolean;
  obligation: boolean;
  departments: boolean;
  signature: boolean;
}

const NEEDS_REASON: readonly ProcedureMove[] = ['REQUEST_CORRECTION', 'BEGIN_SPECIAL_PROCEDURE', 'RETURN', 'WITHDRAW', 'REJECT', 'WAIVE', 'REVOKE', 'EXPIRE'];

export const askedBy = (move: ProcedureMove): Asked => ({
  reason: NEEDS_REASON.includes(move),
  approval: move === 'APPROVE' || move === 'RENEW',
  special: move === 'BEGIN_SPECIAL_PROCEDURE',
  obligations: move === 'ACCEPT_TOLERANTLY',
  obligation: move === 'FULFIL',
  departments: move === 'REQUEST_COUNTERSIGNATURE' || move === 'ADD_SIGNATURE',
  signature: move === 'SIGN',
});

// Moves that only the applicant's side enters; a department does not make them (protos: MoveProcedure).
const APPLICANTS: readonly ProcedureMove[] = ['PREPARE', 'SUBMIT', 'RESUBMIT', 'WITHDRAW', 'FULFIL', 'RENEW'];
// What one most likely came to do, the first that is allowed. The others stay a choice away.
const LIKELY: readonly ProcedureMove[] = ['SIGN', 'APPROVE', 'END_SPECIAL_PROCEDURE', 'RESUBMIT', 'ACCEPT', 'SUBMIT', 'RENEW'];

export interface Person { role: string; organization: string; permissions: string[] }

const MOST_LINKS = 3; // Of a chain of delegations, as the service has it.

/** Whether `actor` is the department, or acts for it on a day by at most so many links. */
export function actsFor(delegations: Delegation[], actor: string, department: string, code: string, on: string, links = MOST_LINKS): boolean {
  if (actor === department) return true;
  if (!links) return false;
  return delegations.some((one) => one.to_department === actor && one.from_on <= on && on <= one.to_on && (!one.codes.length || one.codes.includes(code)) && actsFor(delegations, one.from_department, department, code, on, links - 1));
}

/** The moves to offer to a person, the likeliest first. The service has the last word on whose they are. */
export function movesFor(procedure: Procedure, person: Person | undefined, delegations: Delegation[] = [], on = ''): ProcedureMove[] {
  if (!person?.permissions.includes('procedures.write')) return [];
  const department = person.role === 'DEPARTMENT';
  const acts = (unit: string): boolean => actsFor(delegations, person.organization, unit, procedure.code, on);
  const owns = (move: ProcedureMove): boolean => (move === 'SIGN' ? procedure.signatures.some((one) => !one.signed_on && acts(one.department)) : !APPLICANTS.includes(move) && acts(procedure.department));
  const may = procedure.allowed_moves.filter((move) => !department || owns(move));
  const rank = (move: ProcedureMove): number => (LIKELY.includes(move) ? LIKELY.indexOf(move) : LIKELY.length);
  return [...may].sort((a, b) => rank(a) - rank(b));
}

// What one may do with anything that was decided or not begun; it alone does not make a procedure work that waits.
const RARE: readonly ProcedureMove[] = ['REVOKE', 'WAIVE', 'RENEW', 'EXPIRE'];
export const waits = (moves: ProcedureMove[]): boolean => moves.some((move) => !RARE.includes(move));

/** What takes a move back that was a slip, where something does. */
export const UNDONE_BY: Partial<Record<ProcedureMove, ProcedureMove>> = { SUBMIT: 'WITHDRAW', BEGIN_SPECIAL_PROCEDURE: 'END_SPECIAL_PROCEDURE', APPROVE: 'REVOKE', REJECT: 'REVOKE', WAIVE: 'REVOKE', EXPIRE: 'RENEW' };

export type Tone = 'good' | 'run' | 'wait' | 'bad' | 'plain';

/** How a procedure looks: done, running, standing still, in trouble, or nothing of these. */
export function toneOf(procedure: Procedure): Tone {
  if (procedure.clock?.overdue && procedure.state !== 'APPROVED' && procedure.state !== 'WAIVED') return 'bad';
  switch (procedure.state) {
    case 'APPROVED': case 'WAIVED': return 'good';
    case 'ACCEPTED': case 'SUBMITTED': return 'run';
    case 'IN_PREPARATION': case 'IN_CORRECTION': case 'IN_SPECIAL_PROCEDURE': return 'wait';
    case 'REJECTED': case 'RETURNED': case 'WITHDRAWN': case 'EXPIRED': return 'bad';
    default: return 'plain';
  }
}

export const isNeeded = (procedure: Procedure): boolean => procedure.requirement === 'REQUIRED';

/** How far a case is: of what must be done before the start, how much is; what runs late. */
export function progressOf(view: CaseView): { required: number; completed: number; overdue: number } {
  const gating = view.procedures.filter((one) => isNeeded(one) && one.gates_start);
  return { required: gating.length, completed: gating.filter((one) => toneOf(one) === 'good').length, overdue: view.procedures.filter((one) => toneOf(one) === 'bad' && one.clock?.overdue).length };
}

/** What stands in the way besides a procedure's own state, by code: approvals that have expired, documents still owed. */
export function obstaclesByCode(gate: CheckGateResponse): Map<string, string> {
  const beside = gate.obstacles.filter((one) => one.procedure && one.kind !== 'PROCEDURE_OPEN');
  return new Map(beside.map((one) => [one.procedure.slice(one.procedure.lastIndexOf('/') + 1), one.explanation.slice(one.explanation.indexOf('：') + 1)]));
}

export interface Arrow { from: string; to: string }

/** The arrows between procedures that are needed. What is not needed passes its own prerequisites on; what is merged stands for the other. */
export function arrowsOf(view: CaseView): Arrow[] {
  const before = new Map(view.graph.map((node) => [node.code, node.prerequisites]));
  const merged = new Map((view.case?.procedures ?? []).filter((one) => one.requirement === 'MERGED').map((one) => [one.code, one.merged_into]));
  const needed = new Set(view.procedures.filter(isNeeded).map((one) => one.code));
  const stands = (code: string, seen: Set<string>): string[] => {
    if (seen.has(code)) return [];
    seen.add(code);
    if (needed.has(code)) return [code];
    const other = merged.get(code);
    return other ? stands(other, seen) : (before.get(code) ?? []).flatMap((one) => stands(one, seen));
  };
  return [...needed].flatMap((to) => {
    const from = new Set((before.get(to) ?? []).flatMap((code) => stands(code, new Set([to]))));
    return [...from].map((code) => ({ from: code, to }));
  });
}

const MS_PER_DAY = 86_400_000;
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / MS_PER_DAY;

export interface Bar { code: string; from: number; to: number; latest: number | undefined; done: boolean; critical: boolean; late: boolean }
export interface Chart { bars: Bar[]; first: number; last: number; today: number; target: number; months: { day: number; label: string }[] }

/** The schedule in whole days since 1970, with its frame and the first days of months. */
export function chartOf(schedule: Schedule): Chart {
  const bar = (item: Item): Bar => {
    const to = dayOf(item.forecast_finish_on);
    return {
      code: item.code, from: item.forecast_start_on ? dayOf(item.forecast_start_on) : to, to, latest: item.latest_finish_on ? dayOf(item.latest_finish_on) : undefined,
      done: !item.latest_finish_on, critical: item.critical, late: item.float_days < 0,
    };
  };
  const bars = schedule.items.map(bar).filter((one) => Number.isFinite(one.to));
  const [today, target] = [dayOf(schedule.counted_on), dayOf(schedule.target_start_on)];
  let [first, last] = [Math.min(today, target), Math.max(today, target)];
  for (const { from, to, latest } of bars) {
    first = Math.min(first, from, latest ?? from);
    last = Math.max(last, to, latest ?? to);
  }
  return { bars, first: first - 3, last: last + 3, today, target, months: monthsIn(first - 3, last + 3) };
}

const MOST_LABELS = 14;

function monthsIn(first: number, last: number): { day: number; label: string }[] {
  const start = new Date(first * MS_PER_DAY);
  const months = Math.ceil((last - first) / 30);
  const every = [1, 2, 3, 6, 12, 24, 60].find((step) => months / step <= MOST_LABELS) ?? 120;
  const found = [];
  for (let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth() + 1) / every) * every; ; month += every) {
    const at = new Date(Date.UTC(Math.floor(month / 12), month % 12, 1));
    const day = at.getTime() / MS_PER_DAY;
    if (day > last) return found;
    found.push({ day, label: at.toISOString().slice(0, 7) });
  }
}
