// Sets of any size up to 3 000 county-level units and 1 000 000 projects, row by row in constant memory.
//
// Up to 60 units lie under one made-up city (6251xx). More lie under the cities 6251xx … 6299xx, 62 to a city: codes that
// GB/T 2260 does not use, all covered by the province's code 620000. So the set is loaded by an account of region 620000, which
// the operator creates beside the city's.
import { KINDS, sizeOf } from './catalogue.mjs';
import { columns } from './columns.mjs';
import { creditCode } from './codes.mjs';
import { Random } from './random.mjs';
import { csvHeading, csvLine } from './workbook.mjs';

export const LIMITS = { counties: 3000, projects: 1000000, rowsPerFile: 100000 };
const PER_CITY = 62;

/** The units of a scale set: `{id, title, region}`; never more than LIMITS.counties. */
export function scaleCounties(count) {
  if (!(count >= 1 && count <= LIMITS.counties)) throw new Error(`--counties takes 1 to ${LIMITS.counties}, not ${count}`);
  return Array.from({ length: count }, (_, i) => {
    const city = 51 + Math.floor(i / PER_CITY);
    return { id: `unit-${String(i + 1).padStart(4, '0')}`, title: `第${i + 1}县`, region: `62${city}${String(1 + (i % PER_CITY)).padStart(2, '0')}` };
  });
}

/** The region of the account that may load a set of so many units. */
export const scaleRegion = (counties) => (counties <= PER_CITY ? '625100' : '620000');

const iso = (days) => new Date(days * 86400000).toISOString().slice(0, 10);

const STAGES = [['CONTINUING', 'UNDER_CONSTRUCTION'], ['NEW_START', 'PREPARING'], ['STANDBY', 'RESERVED'], ['STANDBY', 'PLANNED']];

/** One project of a scale set as a ledger row. */
function scaleRow(random, i, counties, fromDay) {
  const county = counties[i % counties.length];
  const total = 500 + Math.min(900000, Math.floor(random.size() * 900));
  const size = sizeOf(random, total);
  const kinds = KINDS_BY_SIZE[size];
  const kind = kinds[random.int(0, kinds.length - 1)];
  const [listKind, stage] = STAGES[i % STAGES.length];
  const start = fromDay + random.int(-400, 300);
  const year = Number(iso(fromDay).slice(0, 4));
  const own = Math.floor(total * 0.4);
  return {
    number: i + 1, region: county.region, kind: listKind, total, plans: { [year]: Math.floor((total * random.int(20, 60)) / 100) },
    project: {
      title: `${county.title}${1 + Math.floor(i / counties.length)}号${kind.title}`, project_code: '', place: `${county.title}第${random.int(1, 900)}村`,
      industry: kind.industry, field: kind.field, nature: 'NEW_CONSTRUCTION', regime: 'APPROVAL', stage,
      owner_title: `${county.title}${kind.owner}第${1 + (i % 97)}分部`, owner_credit_code: creditCode(random, '91', county.region),
      competent_department: '', responsible_unit: '', responsible_person: '', content_and_scale: kind.content.replace('{n}', String(random.int(10, 9000))),
      planned_start_on: iso(start), planned_completion_on: iso(start + random.int(200, 1400)),
      sources: { OWN_FUNDS: own, BANK_LOAN: total - own },
      attributes: {
        uses_new_land: random.chance(0.5), uses_cultivated_land: false, uses_forest_or_grass: false, near_river: false, site_hectares_e2: random.int(10, 5000),
        earthwork_m3: random.int(100, 90000), energy_tce: random.int(1, 900), electricity_kwh: random.int(1000, 900000), building_or_municipal: kind.municipal, epc: false,
      },
    },
  };
}

const KINDS_BY_SIZE = Object.fromEntries(['S', 'M', 'L'].map((s) => [s, KINDS.filter((k) => k.size === s)]));

/** Yields `{file, text}` pieces: each file begins with its headings and holds at most LIMITS.rowsPerFile rows. */
export function* scaleCsv({ counties, projects, fromDate }) {
  if (!(projects >= 1 && projects <= LIMITS.projects)) throw new Error(`--projects takes 1 to ${LIMITS.projects}, not ${projects}`);
  const units = scaleCounties(counties);
  const fromDay = Date.parse(`${fromDate}T00:00:00Z`) / 86400000;
  if (!Number.isInteger(fromDay)) throw new Error(`--from-date takes a date such as 2022-02-10, not ${fromDate}`);
  const random = new Random(`scale/${counties}/${projects}`);
  const specs = columns([Number(fromDate.slice(0, 4))]);
  for (let i = 0; i < projects; i++) {
    const file = `projects-${String(1 + Math.floor(i / LIMITS.rowsPerFile)).padStart(3, '0')}.csv`;
    const heading = i % LIMITS.rowsPerFile === 0 ? csvHeading(specs) : '';
    yield { file, text: heading + csvLine(specs, scaleRow(random, i, units, fromDay)) };
  }
}
