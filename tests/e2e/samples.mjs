// Projects and ledgers that tests make for themselves.
import { randomUUID } from 'node:crypto';
import ExcelJS from 'exceljs';
import { columns } from '../dingxi/columns.mjs';
import { fen } from '../dingxi/client.mjs';
import { freshWord } from './stack.mjs';

/** Letters that make two titles unlike each other, so that no duplicate is suspected. */
function unlike() {
  const word = freshWord() + freshWord();
  return [...word].map((c) => String.fromCodePoint(0x4e00 + 37 * parseInt(c, 16) + 611 * (parseInt(c, 16) % 7))).join('') + word;
}

/** A Project message that passes every rule; `more` replaces fields. */
export function projectBody(more = {}) {
  const wan = more.wan ?? 1200;
  const { wan: _, ...fields } = more;
  return {
    title: `${unlike()}示范项目`, region: '621122', place: `试验地${freshWord()}`, industry: 'N78', field: 'URBAN_INFRASTRUCTURE', nature: 'NEW_CONSTRUCTION',
    regime: 'APPROVAL', owner_title: `试验单位${freshWord()}`, total_investment_fen: fen(wan),
    annual_plans: [{ year: 2022, planned_investment_fen: fen(Math.floor(wan / 2)) }], ...fields,
  };
}

/** Creates a project from a date on; returns the Project. */
export async function createProject(client, more = {}, { effective_on = '2022-05-01', initial_stage = 'PREPARING' } = {}) {
  return client.post('/v1/projects', { project: projectBody(more), initial_stage, effective_on, request_id: randomUUID() });
}

/** Creates a list beside the master list, without admission rules. */
export async function createList(client, id = `scratch-${freshWord()}`, more = {}) {
  const body = { title: `试验清单${id}`, kind: 'STANDALONE', horizon: 'THIS_YEAR', first_year: 2022, last_year: 2022, ...more };
  return client.post('/v1/lists', body, { list_id: id, request_id: randomUUID() });
}

/** Carries out an adjustment order. */
export async function adjust(client, list, { effective_on, additions = [], removals = [], amendments = [] }) {
  const body = { reason: '端到端试验', effective_on, additions, removals, amendments, request_id: randomUUID() };
  return client.post(`/v1/${list}/adjustments`, body);
}

/** A ledger row of the data set's form, good in every cell. */
export function ledgerRow(number, more = {}) {
  const { total = 1500 + number, region = '陇西县', title = `${unlike()}试验项目`, ...project } = more;
  return {
    number, region, kind: 'NEW_START', total, plans: { 2022: Math.floor(total / 3) },
    project: {
      title, project_code: '', place: `试验地${freshWord()}`, industry: 'N78', field: 'URBAN_INFRASTRUCTURE', nature: 'NEW_CONSTRUCTION', regime: 'APPROVAL',
      owner_title: `试验单位${freshWord()}`, owner_credit_code: '', competent_department: '市住房城乡建设局', responsible_unit: '', responsible_person: '试验责任人01',
      content_and_scale: '试验内容', planned_start_on: '2022-06-01', planned_completion_on: '2023-10-31', stage: 'PREPARING',
      sources: { OWN_FUNDS: total }, ...project,
      attributes: {
        uses_new_land: false, uses_cultivated_land: false, uses_forest_or_grass: false, near_river: false, site_hectares_e2: 100,
        earthwork_m3: 0, energy_tce: 0, electricity_kwh: 0, building_or_municipal: true, epc: false,
      },
    },
  };
}

/** Opens a workbook from bytes. */
export async function openWorkbook(bytes) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes);
  return book;
}

/** The column number of a heading in a ledger of 2022. */
export const columnOf = (heading) => columns([2022]).findIndex((c) => c.heading.startsWith(heading)) + 1;

const CRC_TABLE = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

const crc32 = (bytes) => (bytes.reduce((crc, byte) => CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A zip archive with one stored or deflated member per entry, made by hand so that it may lie. */
export function zip(entries, { flags = 0 } = {}) {
  const [locals, centrals] = [[], []];
  let at = 0;
  for (const { name, data, method = 0, size = data.length, crc = method ? 0 : crc32(data) } of entries) {
    const title = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(flags, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(0x00210000, 6);
    head.writeUInt32LE(crc, 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(size, 18);
    head.writeUInt16LE(title.length, 22);
    locals.push(Buffer.from('PK\x03\x04'), head, title, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    centrals.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, rest, title);
    at += 30 + title.length + data.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}
