// Turns amounts into projects with everything that a city's ledger knows of them.
import { Dealer, sizeOf } from './catalogue.mjs';
import { code2016, code2020, creditCode } from './codes.mjs';
import { regionOf } from './geography.mjs';
import { Random } from './random.mjs';

const two = (n) => String(n).padStart(2, '0');
const date = (year, month, day) => `${year}-${two(month)}-${two(day)}`;

/** Owners of a run: one credit code per owner. */
class Owners {
  constructor(random) {
    this.random = random;
    this.codes = new Map();
  }

  /** `{owner_title, owner_credit_code}`. The first project of a kind has an owner of the county, the next ones local owners. */
  of(kind, code, place, round) {
    const region = regionOf(code);
    const company = kind.owner.endsWith('公司');
    const title = company ? this.#company(kind.owner, region, place, round) : round === 0 ? `${region.title}${kind.owner}` : localOffice(region, place);
    if (!this.codes.has(title)) {
      const institution = round === 0 && /[站院馆段会]$|中心$/.test(kind.owner);
      this.codes.set(title, creditCode(this.random, company ? '91' : institution ? '12' : '11', code));
    }
    return { owner_title: title, owner_credit_code: this.codes.get(title) };
  }

  #company(trade, region, place, round) {
    const local = region.places.includes(place) ? place.replace(/(镇|乡|片区|园|区)$/, '') : '';
    const name = trade.replace(/公司$/, '');
    const public_ = /投资|建设|供水|供热|供电|运营|储备$/.test(name);
    return `${region.title}${public_ && round === 0 ? '' : local}${name}有限责任公司`;
  }
}

const localOffice = (region, place) => `${region.title}${place}${/[镇乡]$/.test(place) ? '人民政府' : '建设管理办公室'}`;

function regimeOf(random, kind) {
  if (!kind.owner.endsWith('公司')) return 'APPROVAL';
  if (/投资|建设|供水|储备/.test(kind.owner)) return random.chance(0.8) ? 'APPROVAL' : 'FILING';
  return kind.field === 'ENERGY' && kind.size === 'L' ? 'VERIFICATION' : 'FILING';
}

function natureOf(title) {
  if (/迁建|搬迁/.test(title)) return 'RELOCATION';
  if (/扩建|续建|扩繁/.test(title)) return 'EXTENSION';
  if (/改造|提升|提标|加固|保护利用|更新/.test(title)) return 'RECONSTRUCTION';
  if (/修复|灾后/.test(title)) return 'RESTORATION';
  return 'NEW_CONSTRUCTION';
}

function stageOf(random, slot) {
  if (slot.kind === 'CONTINUING') return 'UNDER_CONSTRUCTION';
  if (slot.kind === 'NEW_START') return 'PREPARING';
  if (slot.lists.has('plan-2023')) return random.chance(0.55) ? 'PLANNED' : 'RESERVED';
  return random.pick(['RESERVED', 'RESERVED', 'RESERVED', 'PREPARING', 'PLANNED']);
}

/** Planned start and completion; years of work grow with the size. */
function datesOf(random, slot) {
  const years = slot.total > 100000 ? random.int(3, 5) : slot.total > 10000 ? random.int(2, 3) : random.int(1, 2);
  let start;
  if (slot.kind === 'CONTINUING') {
    const last = slot.lists.has('invest-2021') ? 2020 : 2021;
    start = date(last - (slot.total > 50000 ? random.int(0, 2) : random.int(0, 1)), random.int(3, 10), random.int(1, 28));
  } else if (slot.lists.has('invest-2022')) {
    start = slot.batch === 1 ? '2022-02-19' : date(2022, slot.batch === 2 ? random.int(3, 4) : random.int(5, 6), random.int(1, 20));
  } else if (slot.lists.has('invest-2021')) {
    start = date(2021, random.int(3, 9), random.int(1, 28));
  } else {
    const year = slot.lists.has('plan-2023') ? 2023 : random.int(2023, 2025);
    start = date(year, random.int(3, 9), random.int(1, 28));
  }
  const year = Math.max(Number(start.slice(0, 4)) + years, slot.kind === 'CONTINUING' && slot.lists.has('invest-2022') ? 2022 : 0);
  return { planned_start_on: start, planned_completion_on: date(year, random.int(6, 12), random.int(10, 30)) };
}

const SHARES = {
  public: [['CENTRAL_BUDGET', 40], ['PROVINCIAL', 12], ['MUNICIPAL', 8], ['COUNTY_FUNDS', 15], ['SPECIAL_BOND', 25]],
  network: [['CENTRAL_BUDGET', 15], ['OTHER_CENTRAL', 10], ['SPECIAL_BOND', 35], ['BANK_LOAN', 30], ['OWN_FUNDS', 10]],
  bond: [['SPECIAL_BOND', 60], ['COUNTY_FUNDS', 25], ['OTHER_FUNDS', 15]],
  firm: [['OWN_FUNDS', 45], ['BANK_LOAN', 50], ['OTHER_FUNDS', 5]],
};

/** Sources by kind that add up to the total; the last kind takes what rounding leaves, never more than its like. */
function sourcesOf(random, slot, regime) {
  if (slot.before || (slot.kind === 'STANDBY' && random.chance(0.5)) || random.chance(0.05)) return {}; // not settled yet
  const table = regime === 'FILING' || regime === 'VERIFICATION' ? SHARES.firm
    : slot.total > 50000 ? SHARES.network : random.chance(0.3) ? SHARES.bond : SHARES.public;
  const weights = table.map(([kind, share]) => [kind, share * (0.5 + random.unit())]);
  const all = weights.reduce((a, [, w]) => a + w, 0);
  const sources = {};
  let rest = slot.total;
  for (const [kind, weight] of weights.slice(1)) {
    const amount = Math.floor((slot.total * weight) / all / 10) * 10;
    if (amount > 0) rest -= sources[kind] = amount;
  }
  sources[weights[0][0]] = rest;
  return sources;
}

function attributesOf(random, kind, slot, nature) {
  const land = nature !== 'RECONSTRUCTION' && random.chance(0.6);
  const hectares = Math.min(random.int(20, 300) + Math.floor(slot.total / 40), 90000); // × 100
  const energy = kind.field === 'INDUSTRY_INNOVATION' || kind.field === 'ENERGY' ? random.int(200, 9000) : random.int(10, 900);
  return {
    uses_new_land: land,
    uses_cultivated_land: land && random.chance(0.35),
    uses_forest_or_grass: land && random.chance(0.2),
    near_river: /河|水|堤|坝|桥/.test(kind.title) && random.chance(0.7),
    site_hectares_e2: hectares,
    earthwork_m3: hectares * random.int(20, 160),
    energy_tce: energy,
    electricity_kwh: energy * random.int(1500, 4000),
    building_or_municipal: kind.municipal,
    epc: slot.total > 8000 && random.chance(0.18),
  };
}

function codeOf(random, slot, { industry, regime, planned_start_on }) {
  const unknown = slot.kind === 'STANDBY' ? 0.65 : slot.kind === 'NEW_START' ? 0.12 : 0.03;
  if (random.chance(unknown)) return '';
  const year = Math.min(Number(planned_start_on.slice(0, 4)), 2022);
  if (year < 2020) return code2016(random, { year: Math.max(year - 1, 2016), region: slot.region, industry, regime });
  const of = year === 2022 ? { year: 2021, month: random.int(1, 12) } : { year: year === 2020 ? 2020 : 2021, month: year === 2020 ? random.int(11, 12) : random.int(1, 6) };
  if (year === 2020 && random.chance(0.5)) return code2016(random, { year: 2019, region: slot.region, industry, regime });
  return code2020(random, { ...of, region: slot.region, type: regime === 'FILING' && random.chance(0.2) ? '02' : '01' });
}

function contentOf(random, kind, total) {
  const n = Math.max(2, Math.round((total * random.int(6, 14)) / 100));
  const small = /[座处个]$/.test(kind.content.match(/\{n\}([^，]*)/)[1].slice(0, 1)) || /\{n\}(座|处|个|户)/.test(kind.content);
  const amount = small ? Math.max(2, Math.round(n / 60)) : n < 100 ? n * 10 : Math.round(n / 10) * 10;
  return `${kind.content.replace('{n}', String(amount))}。`;
}

/** Projects of the slots, each with a `key` that holds for ever and the title that is unique among all. */
export function projects(slots) {
  const random = new Random('facts');
  const dealer = new Dealer(new Random('titles'));
  const owners = new Owners(new Random('owners'));
  const codes = new Set();
  return slots.map((slot, i) => {
    const region = regionOf(slot.region);
    const { kind, place, round } = dealer.deal(slot.region, sizeOf(random, slot.total));
    const regime = regimeOf(random, kind);
    const nature = natureOf(kind.title);
    const dates = datesOf(random, slot);
    const leader = `${region.title}${random.pick(['分管领导', '包抓领导', '项目专班负责人'])}${two(random.int(1, 12))}`;
    let code = codeOf(random, slot, { industry: kind.industry, regime, ...dates });
    while (code && codes.has(code)) code = codeOf(random, slot, { industry: kind.industry, regime, ...dates });
    codes.add(code);
    return {
      key: `p${String(i + 1).padStart(4, '0')}`, title: `${region.title}${place}${kind.title}`, project_code: code,
      region: slot.region, place: `${region.title}${place}`, industry: kind.industry, field: kind.field, nature, regime,
      stage: stageOf(random, slot), ...owners.of(kind, slot.region, place, round), competent_department: kind.department,
      responsible_unit: slot.region === '621100' ? kind.department : region.title, responsible_person: leader,
      content_and_scale: contentOf(random, kind, slot.total), ...dates, total: slot.total, sources: sourcesOf(random, slot, regime),
      plans: slot.plans, attributes: attributesOf(random, kind, slot, nature), kind: slot.kind, lists: [...slot.lists],
      batch: slot.batch, started2021: slot.started2021 ?? false, before: slot.before, added: slot.added ?? false, removed: slot.removed ?? false,
    };
  });
}
