// A migration of cases to another template while it is being put together, and what its answer says. Pure.
import type { CaseMigration, CaseMigrationRule, CaseMigration_Change as Change, CaseMigration_Effect as Effect, CaseMigration_State as State, Template } from '@/api/generated/preapproval';

/** What becomes of a code that the new template lacks, as it is typed. */
export interface Line {
  from: string;
  /** Empty: it is dropped. */
  to: string;
  reason: string;
}

const codesOf = (template: Template | undefined): string[] => (template?.nodes ?? []).map((node) => node.code);

/** A line for each code of the old template that the new one lacks; what was typed of it stays. */
export function linesFor(from: Template | undefined, to: Template | undefined, before: Line[]): Line[] {
  const kept = new Set(codesOf(to));
  const free = targetsOf(from, to);
  return codesOf(from).filter((code) => !kept.has(code)).map((code) => {
    const typed = before.find((line) => line.from === code);
    return { from: code, to: typed && free.includes(typed.to) ? typed.to : '', reason: typed?.reason ?? '' };
  });
}

/** What an old code may go on as: a code of the new template that the old one does not have. */
export function targetsOf(from: Template | undefined, to: Template | undefined): string[] {
  const known = new Set(codesOf(from));
  return codesOf(to).filter((code) => !known.has(code));
}

/** The rules that the lines say; undefined while one of them has no reason. */
export function toRules(lines: Line[]): CaseMigrationRule[] | undefined {
  return lines.every((line) => line.reason.trim()) ? lines.map((line) => ({ ...line, reason: line.reason.trim() })) : undefined;
}

/** "P10 → Q10", "P10", "Q10": a procedure by its codes in both templates. */
export const codesText = ({ from, to }: { from: string; to: string }): string => (from && to && from !== to ? `${from} → ${to}` : from || to);

/** What is worth a word of a case: whatever is not simply kept. */
export const tellingOf = (changes: Change[]): Change[] => changes.filter((change) => change.effect !== 'KEPT');

/** Refused cases hold the whole back unless they are left as they are. */
export const mayApply = (migration: CaseMigration): boolean => migration.state === 'PREVIEWED' && (migration.skip_refused || migration.cases_refused === '0') && migration.cases !== migration.cases_refused;

export const TONES: Record<State, 'good' | 'run' | 'plain'> = { STATE_UNSPECIFIED: 'plain', PREVIEWED: 'run', APPLIED: 'good', REVERTED: 'plain' };
export const EFFECT_TONES: Record<Effect, 'good' | 'run' | 'wait' | 'bad' | 'plain'> = { EFFECT_UNSPECIFIED: 'plain', KEPT: 'plain', MAPPED: 'run', NEWLY_REQUIRED: 'wait', NO_LONGER_REQUIRED: 'good', RETAINED: 'plain', REFUSED: 'bad' };
