// Figures as the portal shows them, and the proof that their rows add up.
import { call, send } from '@/api/client';
import type { Figure } from '@/api/generated/common';
import { getCompletionRates, type ListCasesResponse_Row as CaseRow, type Procedure } from '@/api/generated/preapproval';
import type { Entry, Project } from '@/api/generated/registry';
import { exactYuan, fenOfYuan, shortMoney } from '@/ui/money';

type Translate = (key: string) => string;

/** "2611.6 亿元", "737 项", "99.05 %". */
export function figureText(figure: Pick<Figure, 'value' | 'unit'>, t: Translate): string {
  if (figure.unit !== 'CNY') return `${figure.value} ${t(`unit.${figure.unit}`)}`;
  const { amount, unit } = shortMoney(fenOfYuan(figure.value));
  return `${amount} ${t(`unit.${unit}`)}`;
}

/** The value to the last digit. */
export const figureExact = (figure: Figure, t: Translate): string => (figure.unit === 'CNY' ? `${exactYuan(fenOfYuan(figure.value))} ${t('unit.yuan')}` : figureText(figure, t));

/** A row behind a figure: a project with its amounts, a procedure, or a case with its counts. */
export type Row =
  | { kind: 'project'; project: Project; planned_investment_fen: string }
  | { kind: 'procedure'; procedure: Procedure; done: boolean }
  | { kind: 'case'; row: CaseRow; done: boolean };

export interface Behind {
  rows: Row[];
  /** Of a change in points: the rows of the list of the year before, on the same day of that year. */
  before: Row[];
}

interface Page { entries?: Entry[]; projects?: Project[]; procedures?: Procedure[]; rows?: CaseRow[]; next_page_token: string }

const PAGE = 1000;
const MOST_ROWS = 20000;

/** Done on a day: approved and valid then, or waived. */
const isDone = ({ state, approval }: Procedure, day: string): boolean => state === 'WAIVED' || (state === 'APPROVED' && (!approval?.valid_until || approval.valid_until >= day));

function rowsOn(page: Page, day: string): Row[] {
  return [
    ...(page.entries ?? []).flatMap((entry): Row[] => (entry.project ? [{ kind: 'project', project: entry.project, planned_investment_fen: entry.planned_investment_fen }] : [])),
    ...(page.projects ?? []).map((project): Row => ({ kind: 'project', project, planned_investment_fen: '0' })),
    ...(page.procedures ?? []).map((procedure): Row => ({ kind: 'procedure', procedure, done: isDone(procedure, day) })),
    ...(page.rows ?? []).map((row): Row => ({ kind: 'case', row, done: row.required > 0 && row.completed === row.required })),
  ];
}

async function allRows(link: string, day: string, progress: (count: number) => void, signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  const [path = '', query = ''] = link.split('?');
  for (let token = ''; ; ) {
    const page = new URLSearchParams(query);
    page.set('page_size', String(PAGE));
    if (token) page.set('page_token', token);
    const answer = (await (await send(`${path}?${page.toString()}`, { method: 'GET', signal })).json()) as Page;
    rows.push(...rowsOn(answer, day));
    progress(rows.length);
    token = answer.next_page_token;
    if (!token || rows.length >= MOST_ROWS) return rows;
  }
}

/** The same day of the year before; February 28 of a February 29. */
export function yearBefore(day: string): string {
  const [year = '', rest = ''] = [day.slice(0, 4), day.slice(5)];
  return `${Number(year) - 1}-${rest === '02-29' ? '02-28' : rest}`;
}

/** All rows behind a figure; `progress` hears how many have come. */
export async function rowsOf(figure: Figure, progress: (count: number) => void, signal: AbortSignal): Promise<Behind> {
  const rows = await allRows(figure.rows, figure.as_of, progress, signal);
  if (figure.unit !== 'points') return { rows, before: [] };
  const [path = '', query = ''] = figure.rows.split('?');
  const asked = new URLSearchParams(query);
  const { year_before_list: list } = await call(getCompletionRates, { list: asked.get('list') ?? '', as_of: figure.as_of, include_year_before: true }, signal);
  const day = yearBefore(figure.as_of);
  asked.set('list', list);
  asked.set('as_of', day);
  return { rows, before: await allRows(`${path}?${asked.toString()}`, day, (count) => progress(rows.length + count), signal) };
}

const isCounted = (row: Row): boolean => row.kind === 'project' || row.done;

/** 100 × (a ÷ b − c ÷ d) with two decimals, half away from zero; "" when b or d is 0. */
function pointsBetween(a: number, b: number, c: number, d: number): string {
  if (b === 0 || d === 0) return '';
  const [above, below] = [BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b), BigInt(b) * BigInt(d)];
  const size = ((above < 0n ? -above : above) * 20000n + below) / (2n * below);
  const digits = String(size).padStart(3, '0');
  return `${above < 0n && size > 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What the rows add up to, as the decimal string that expectedOf() says: an amount, a change in points, or how many there are. */
export function sumOf(figure: Figure, { rows, before }: Behind): string {
  if (figure.unit === 'points') return pointsBetween(rows.filter(isCounted).length, rows.length, before.filter(isCounted).length, before.length);
  if (figure.unit !== 'CNY') return String(figure.denominator ? rows.filter(isCounted).length : rows.length);
  const planned = figure.key.endsWith('.planned_investment');
  const fen = rows.reduce((sum, row) => sum + (row.kind === 'project' ? BigInt(planned ? row.planned_investment_fen : row.project.total_investment_fen) : 0n), 0n);
  return exactYuan(fen).replaceAll(',', '');
}

/** What the rows must add up to: the value, or of a ratio its numerator. */
export const expectedOf = (figure: Figure): string => (figure.denominator ? figure.numerator : figure.value);

/** The service that counts a figure: the one whose rows are behind it. */
export const sourceOf = ({ rows }: Pick<Figure, 'rows'>): 'registry' | 'preapproval' => (/^\/v1\/(procedures|cases)\b/.test(rows) ? 'preapproval' : 'registry');

/** The portal's own page for the rows of a figure. */
export function pageOf(figure: Figure): string {
  const [path = '', query = ''] = figure.rows.split('?');
  const list = /^\/v1\/lists\/([^/]+)\/entries$/.exec(path)?.[1];
  return list ? `/lists/${list}?${query}` : '';
}
