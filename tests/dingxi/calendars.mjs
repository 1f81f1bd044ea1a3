// Work calendars: the State Council's holidays and worked weekends (调休), read from the npm package chinese-days.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The years that the installation begins with: those of the data set and those after it that have been announced. */
export const YEARS = [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026];

const weekday = (date) => new Date(`${date}T00:00:00Z`).getUTCDay();
const isWeekend = (date) => weekday(date) === 0 || weekday(date) === 6;

/** The WorkCalendar message of a year. */
export function workCalendar(year) {
  const { holidays, workdays } = require(`chinese-days/dist/years/${year}.json`);
  return {
    year, holidays: Object.keys(holidays).sort(), worked_weekends: Object.keys(workdays).filter(isWeekend).sort(),
    source: `国务院办公厅关于${year}年部分节假日安排的通知`,
  };
}

/** Working days as numbers, so that they can be added and compared. */
export class WorkDays {
  constructor(years = YEARS) {
    this.dates = [];
    for (const year of years) {
      const { holidays, worked_weekends } = workCalendar(year);
      const [off, on] = [new Set(holidays), new Set(worked_weekends)];
      for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86400000) {
        const date = new Date(day).toISOString().slice(0, 10);
        if (on.has(date) || (!off.has(date) && !isWeekend(date))) this.dates.push(date);
      }
    }
  }

  /** The number of a working day; of any other day that of the next working day. */
  index(date) {
    let [low, high] = [0, this.dates.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.dates[middle] < date) low = middle + 1;
      else high = middle;
    }
    if (low === this.dates.length) throw new Error(`no work calendar for ${date}`);
    return low;
  }

  date(index) {
    if (!(index in this.dates)) throw new Error(`no work calendar for working day ${index}`);
    return this.dates[index];
  }
}
