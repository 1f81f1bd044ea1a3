// Figures as the portal shows them, and the proof that their rows add up.
import { send } from '@/api/client';
import type { Figure } from '@/api/generated/common';
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

export interface Row {
  project: Project;
  planned_investment_fen: string;
}

const PAGE = 500;
const MOST_ROWS = 20000;

/** All rows behind a figure; `progress` hears how many have come. */
export async function rowsOf(figure: Figure, progress: (count: number) => void, signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  const [path = '', query = ''] = figure.rows.split('?');
  for (let token = ''; ; ) {
    const page = new URLSearchParams(query);
    page.set('page_size', String(PAGE));
    if (token) page.set('page_token', token);
    const answer = (await (await send(`${path}?${page.toString()}`, { method: 'GET', signal })).json()) as { entries?: Entry[]; projects?: Project[]; next_page_token: string };
    for (const entry of answer.entries ?? []) if (entry.project) rows.push({ project: entry.project, planned_investment_fen: entry.planned_investment_fen });
    for (const project of answer.projects ?? []) rows.push({ project, planned_investment_fen: '0' });
    progress(rows.length);
    token = answer.next_page_token;
    if (!token || rows.length >= MOST_ROWS) return rows;
  }
}

/** What the rows add up to, in the figure's own unit as its decimal string: projects, total or planned investment. */
export function sumOf(figure: Figure, rows: Row[]): string {
  if (figure.unit !== 'CNY') return String(rows.length);
  const planned = figure.key.endsWith('.planned_investment');
  const fen = rows.reduce((sum, row) => sum + BigInt(planned ? row.planned_investment_fen : row.project.total_investment_fen), 0n);
  return exactYuan(fen).replaceAll(',', '');
}

/** The portal's own page for the rows of a figure. */
export function pageOf(figure: Figure): string {
  const [path = '', query = ''] = figure.rows.split('?');
  const list = /^\/v1\/lists\/([^/]+)\/entries$/.exec(path)?.[1];
  return list ? `/lists/${list}?${query}` : '';
}
