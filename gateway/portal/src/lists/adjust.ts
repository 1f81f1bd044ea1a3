// An adjustment order while it is being written, and the request that it becomes.
import type { Input } from '@/api/method';
import type { AdjustListRequest, EntryKind, Project } from '@/api/generated/registry';
import { fromWan } from '@/ui/money';

export interface Line {
  project: Project;
  action: 'add' | 'remove' | 'amend';
  kind: EntryKind;
  newTotalWan: string;
  reason: string;
  override: string;
}

export interface Order {
  number: string;
  reason: string;
  effectiveOn: string;
  lines: Line[];
}

/** The lines whose amount is no amount. */
export const wrongLines = (order: Order): Line[] => order.lines.filter((line) => line.action === 'amend' && line.newTotalWan !== '' && fromWan(line.newTotalWan) === undefined);

export function toRequest(list: string, order: Order, request_id: string, validate_only: boolean): Input<AdjustListRequest> {
  const of = (action: Line['action']): Line[] => order.lines.filter((line) => line.action === action);
  return {
    parent: list, number: order.number, reason: order.reason, effective_on: order.effectiveOn, request_id, validate_only,
    additions: of('add').map((line) => ({ project: line.project.name, kind: line.kind, reason: line.reason, admission_override_reason: line.override })),
    removals: of('remove').map((line) => ({ project: line.project.name, reason: line.reason })),
    amendments: of('amend').map((line) => ({ project: line.project.name, kind: line.kind, reason: line.reason, total_investment_fen: (fromWan(line.newTotalWan) ?? 0n).toString() })),
  };
}
