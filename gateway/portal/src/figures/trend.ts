// How a figure went, as words and as a line. Pure.
import type { Trend, Trend_Point as Point } from '@/api/generated/gateway';
import { fenOfYuan, shortMoney } from '@/ui/money';

type Translate = (key: string) => string;

/** "+12 项", "-3.5 亿元", "+42.00 个百分点": a change on the year before. */
export function changeText({ year_on_year_change: change }: Pick<Trend, 'year_on_year_change'>, unit: string, t: Translate): string {
  if (unit !== 'CNY') return `${change} ${t(`unit.${unit === 'percent' ? 'points' : unit}`)}`;
  const short = shortMoney(fenOfYuan(change.replace('+', '')));
  return `${change.startsWith('+') ? '+' : ''}${short.amount} ${t(`unit.${short.unit}`)}`;
}

/** The points of a line in a box, by date and value, as an SVG polyline says them; the line keeps off the edges. */
export function lineOf(points: Point[], width: number, height: number): string {
  const days = points.map(({ as_of }) => Date.parse(as_of));
  const values = points.map(({ value }) => Number(value));
  const place = (value: number, all: number[], size: number): number => {
    const [least, most] = [Math.min(...all), Math.max(...all)];
    return most === least ? size / 2 : ((value - least) / (most - least)) * size;
  };
  return points.map((_, i) => `${(1 + place(days[i]!, days, width - 2)).toFixed(1)},${(height - 1 - place(values[i]!, values, height - 2)).toFixed(1)}`).join(' ');
}
