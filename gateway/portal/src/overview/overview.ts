// Pure steps from what a view of the gateway says to what the overview shows.
import type { Figure } from '@/api/generated/common';
import type { ApprovalRate, Approvals, ListTotals, Number as Amount, Overview, Part, Sums } from '@/api/generated/gateway';
import { fenOfYuan } from '@/ui/money';

export interface ListCard {
  list: ListTotals;
  figures: Figure[];
}

export interface Cards {
  cards: ListCard[];
  empty: ListTotals[];
  /** Figures that belong to no list. */
  beside: Figure[];
}

const ORDER = ['projects', 'total_investment', 'planned_investment', 'completion_rate', 'completion_rate_change_yoy', 'required', 'completed', 'ready_projects', 'ready_rate'];
const idOf = (list: ListTotals): string => list.name.replace('lists/', '');
/** Of "procedures.invest-2022.completed": "completed". */
export const lastWord = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** The figures, put together by list in the order of the lists; lists without projects apart. */
export function cardsOf({ lists, figures }: Pick<Overview, 'lists' | 'figures'>): Cards {
  const rank = ({ key }: Figure): number => (ORDER.includes(lastWord(key)) ? ORDER.indexOf(lastWord(key)) : ORDER.length);
  const cards = lists.map((list) => ({ list, figures: figures.filter(({ key }) => key.split('.')[1] === idOf(list)).sort((a, b) => rank(a) - rank(b)) }));
  const used = new Set(cards.flatMap((card) => card.figures));
  const filled = ({ list }: ListCard): boolean => list.projects?.value !== '0';
  return { cards: cards.filter(filled), empty: cards.filter((card) => !filled(card)).map(({ list }) => list), beside: figures.filter((figure) => !used.has(figure)) };
}

/** A number of a view as a figure that opens: the rows are its own, the definition that of the figure it is a part of. */
export function figureOf(view: Overview, number: Amount | undefined, title: string, more: Partial<Figure> = {}): Figure {
  const { figure: key = '', value = '', unit = 'count', rows = '' } = number ?? {};
  const whole = view.figures.find((figure) => figure.key === key);
  return { key, title, value, unit, rows, as_of: view.as_of, known_at: whole?.known_at ?? view.known_at, definition: whole?.definition ?? '', numerator: value, denominator: '', missing_reason: '', ...more };
}

/** The rate of a group as a figure: a ratio of what is done to what is required. */
export function rateFigure(view: Overview, rate: ApprovalRate, title: string): Figure {
  return figureOf(view, rate.completion_rate, title, { definition: view.approvals?.definition ?? '', numerator: rate.completed?.value ?? '', denominator: rate.required?.value ?? '' });
}

/** Whether a rate counts anything: one over nothing has no value. */
export const countsAnything = (approvals: Approvals | undefined): approvals is Approvals => approvals !== undefined && approvals.total?.completion_rate?.value !== '';

// Parts of a view come in families; each has a name of its own (i18n: partName).
const FAMILIES: [RegExp, string][] = [[/^figures$/, 'figures'], [/^figures-/, 'trends'], [/^(lists|directory)$/, 'lists'], [/^funnel$/, 'funnel'], [/^sums-/, 'sums'], [/^starts-/, 'starts'], [/^procedures-/, 'procedures'], [/^rates$/, 'rates'], [/^warnings$/, 'warnings'], [/^largest-/, 'largest']];

/** A service that does not answer, and what the view lacks of it or has from before. */
export interface Away {
  service: string;
  state: 'MISSING' | 'STALE';
  missing: string[];
  stale: string[];
  reason: string;
  since: string;
  /** When what is old was said, the oldest of it. */
  said: string;
}

/** The parts that are not as they should be, by service: each is said once, since its first silence. */
export function awayOf(parts: Part[]): Away[] {
  const services = new Map<string, Away>();
  for (const { part, service, state, reason, since_time: since, as_of_time: said } of parts) {
    if (state !== 'MISSING' && state !== 'STALE') continue;
    const away = services.get(service) ?? { service, state: 'STALE', missing: [], stale: [], reason, since, said };
    services.set(service, away);
    if (state === 'MISSING') away.state = 'MISSING';
    if (since < away.since) away.since = since;
    if (said && (!away.said || said < away.said)) away.said = said;
    const family = FAMILIES.find(([names]) => names.test(part))?.[1] ?? part;
    const names = state === 'MISSING' ? away.missing : away.stale;
    if (!names.includes(family)) names.push(family);
  }
  return [...services.values()];
}

/** Whether nothing at all is known of a part, so that what it would show is not zero but unknown. */
export const isMissing = (view: Overview, name: string): boolean => view.parts.some(({ part, state }) => part === name && state === 'MISSING');

/** A region's sums as its tile shows them. */
export interface RegionRow {
  region: string;
  title: string;
  projects: string;
  total_investment_fen: string;
  planned_investment_fen: string;
}

export function regionRows({ regions }: Pick<Overview, 'regions'>): RegionRow[] {
  const fen = (amount: Amount | undefined): string => String(fenOfYuan(amount?.value ?? '0'));
  return regions.flatMap(({ sums }) => (sums ? [{ region: sums.key, title: sums.title || sums.key, projects: sums.projects?.value ?? '0', total_investment_fen: fen(sums.total_investment), planned_investment_fen: fen(sums.planned_investment) }] : []));
}

/** Titles of regions and departments, as far as the view has them: by code, and by "organizations/{id}". */
export function titlesOf(view: Overview): Map<string, string> {
  const named: Pick<Sums, 'key' | 'title'>[] = [...view.regions.flatMap(({ sums }) => (sums ? [sums] : [])), ...(view.approvals?.regions ?? []), ...(view.approvals?.departments ?? [])];
  return new Map(named.filter(({ title }) => title).map(({ key, title }) => [key, title]));
}

/** Each number's share of the largest, from 0 to 1, for bars. */
export function sharesOf(amounts: (Amount | undefined)[]): number[] {
  const sizes = amounts.map((amount) => Number(amount?.value ?? 0));
  const largest = Math.max(0, ...sizes);
  return sizes.map((size) => (largest > 0 ? size / largest : 0));
}

/** Where a county-level unit stands on the tile map (column, row), roughly as on the land. Others follow in order. */
const TILES: Record<string, [number, number]> = {
  '621124': [1, 1], '621102': [2, 1], '621171': [3, 1], '621172': [4, 1],
  '621123': [1, 2], '621122': [2, 2], '621121': [3, 2], '621100': [4, 2],
  '621126': [1, 3], '621125': [2, 3],
};

export const tileOf = (region: string): [number, number] | undefined => TILES[region];

/** Five classes of colour, 0 to 4, by share of the largest. */
export const classOf = (value: bigint, largest: bigint): number => (largest > 0n ? Math.min(4, Number((value * 5n) / (largest + 1n))) : 0);
