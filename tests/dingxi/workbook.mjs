// Writes ledgers: workbooks as a city office keeps them, and CSV for large sets. The same data give the same bytes.
import ExcelJS from 'exceljs';
import { columns } from './columns.mjs';
import { regionOf } from './geography.mjs';

/** The name of a workbook's file; without a list it is that of a reserve. */
export const fileName = ({ list, effective_on }) => `${effective_on}-${list || 'reserve'}.xlsx`;

/** Rows of a workbook of the data set, with the amounts that held on its date. */
export function rowsOf(data, workbook) {
  return workbook.rows.map((key, i) => {
    const project = data.projects.get(key);
    const early = project.before && workbook.effective_on < '2022-03-10';
    return {
      number: i + 1, project, kind: workbook.kinds[key], region: regionOf(project.region).title,
      total: early ? project.before.total : project.total,
      plans: early ? { ...project.plans, 2022: project.before.planned } : project.plans,
    };
  });
}

/** Spellings of dates that are found in ledgers; row by row another one, most often a real date. */
function dateCell(text, row) {
  const [year, month, day] = text.split('-').map(Number);
  if (row % 11 === 3) return text;
  if (row % 11 === 5) return `${year}年${month}月${day}日`;
  if (row % 11 === 7) return `${year}.${month}.${day}`;
  return new Date(Date.UTC(year, month - 1, day));
}

const THIN = { style: 'thin', color: { argb: 'FF999999' } };
const BORDER = { top: THIN, left: THIN, bottom: THIN, right: THIN };

function writeHeadings(sheet, specs) {
  specs.forEach((spec, i) => {
    sheet.getColumn(i + 1).width = spec.width;
    sheet.getCell(3, i + 1).value = spec.group ?? spec.heading;
    if (spec.group) sheet.getCell(4, i + 1).value = spec.heading;
    else sheet.mergeCells(3, i + 1, 4, i + 1);
  });
  for (const group of new Set(specs.map((s) => s.group).filter(Boolean))) {
    const at = specs.flatMap((s, i) => (s.group === group ? [i + 1] : []));
    sheet.mergeCells(3, at[0], 3, at.at(-1));
  }
  for (const r of [3, 4]) {
    for (let c = 1; c <= specs.length; c++) {
      Object.assign(sheet.getCell(r, c), { border: BORDER, font: { bold: true }, alignment: { horizontal: 'center', vertical: 'middle', wrapText: true } });
    }
  }
}

/** The bytes of an .xlsx with a merged title, a unit note, headings in two rows, and the rows. */
export async function workbookBytes({ title, years, rows }) {
  const book = new ExcelJS.Workbook();
  book.created = book.modified = new Date(Date.UTC(2022, 0, 1));
  const specs = columns(years);
  const sheet = book.addWorksheet('项目清单', { views: [{ state: 'frozen', xSplit: 2, ySplit: 4 }] });
  sheet.mergeCells(1, 1, 1, specs.length);
  Object.assign(sheet.getCell(1, 1), { value: title, font: { bold: true, size: 18 }, alignment: { horizontal: 'center' } });
  sheet.mergeCells(2, 1, 2, specs.length);
  Object.assign(sheet.getCell(2, 1), { value: '单位：万元', alignment: { horizontal: 'right' } });
  writeHeadings(sheet, specs);
  rows.forEach((row, r) => {
    specs.forEach((spec, c) => {
      const value = spec.value(row);
      if (value === '') return;
      const cell = sheet.getCell(r + 5, c + 1);
      cell.value = spec.type === 'date' ? dateCell(value, r) : value;
      if (cell.value instanceof Date) cell.numFmt = 'yyyy-mm-dd';
      if (spec.type === 'text') cell.numFmt = '@';
    });
  });
  return withoutTimes(Buffer.from(await book.xlsx.writeBuffer()));
}

/** Sets the time of every zip entry to 1980-01-01, so that equal workbooks have equal bytes. */
function withoutTimes(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let i = zip.readUInt16LE(end + 10); i > 0; i--) {
    zip.writeUInt32LE(0x00210000, at + 12);
    zip.writeUInt32LE(0x00210000, zip.readUInt32LE(at + 42) + 10);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return zip;
}

const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** One CSV line of a row. */
export function csvLine(specs, row) {
  return `${specs.map((spec) => quoted(String(spec.value(row)))).join(',')}\r\n`;
}

/** The heading line of a CSV ledger, with the byte order mark that spreadsheets want. */
export function csvHeading(specs) {
  const unit = (spec) => (spec.group ? `${spec.heading}（万元）` : spec.heading);
  return `\ufeff${specs.map((spec) => quoted(unit(spec))).join(',')}\r\n`;
}
