// Pure steps from what the services say to what the overview shows.
import type { Figure } from '@/api/generated/common';
import type { List } from '@/api/generated/registry';

export interface ListCard {
  list: List;
  projects: Figure | undefined;
  total: Figure | undefined;
  planned: Figure | undefined;
  /** The other figures of the list: starts, procedures, rates. */
  others: Figure[];
}

export interface Cards {
  cards: ListCard[];
  empty: List[];
  /** Figures that belong to no list. */
  beside: Figure[];
}

const KIND_ORDER: Record<string, number> = { MASTER: 0, SUB: 1, STANDALONE: 2 };

/** The figures, put together by list: the master list first, lists without projects apart. */
export function toCards(lists: List[], figures: Figure[]): Cards {
  const byKey = new Map(figures.map((figure) => [figure.key, figure]));
  const used = new Set<string>();
  const take = (key: string): Figure | undefined => {
    used.add(key);
    return byKey.get(key);
  };
  const all = lists.map((list): ListCard => {
    const id = list.name.replace('lists/', '');
    const [projects, total, planned] = ['projects', 'total_investment', 'planned_investment'].map((what) => take(`lists.${id}.${what}`));
    const others = figures.filter((figure) => figure.key.startsWith(`starts.${id}.`) || figure.key.startsWith(`procedures.${id}.`));
    for (const figure of others) used.add(figure.key);
    return { list, projects, total, planned, others };
  });
  const filled = (card: ListCard): boolean => card.projects?.value !== '0';
  return {
    cards: all.filter(filled).sort((a, b) => (KIND_ORDER[a.list.kind] ?? 9) - (KIND_ORDER[b.list.kind] ?? 9) || b.list.first_year - a.list.first_year),
    empty: all.filter((card) => !filled(card)).map((card) => card.list),
    beside: figures.filter((figure) => !used.has(figure.key)),
  };
}

/** The list that the parts beside the figures show at first: the year's fullest sub-list. */
export function mainList(cards: Cards): string {
  const count = (card: ListCard): number => Number(card.projects?.value ?? 0);
  const year = cards.cards.filter((card) => card.list.kind === 'SUB' && card.list.horizon === 'THIS_YEAR').sort((a, b) => b.list.first_year - a.list.first_year || count(b) - count(a));
  return year[0]?.list.name ?? cards.cards[0]?.list.name ?? '';
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
