// The numbers by which regions are coloured.
export const METRICS = ['projects', 'total_investment_fen', 'planned_investment_fen'] as const;
export type Metric = (typeof METRICS)[number];
export const METRIC_LABELS = { projects: 'common.projects', total_investment_fen: 'common.totalInvestment', planned_investment_fen: 'common.plannedInvestment' } as const;
