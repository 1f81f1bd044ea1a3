#!/usr/bin/env node
// Writes the acceptance data set (or a set of any size) into a folder: workbooks as a city office keeps them, and the
// directory, lists and adjustment orders as JSON. Deterministic: the same options give the same bytes.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { portfolio } from './portfolio.mjs';
import { scaleCounties, scaleCsv, scaleRegion } from './scale.mjs';
import { fileName, rowsOf, workbookBytes } from './workbook.mjs';

const HELP = `node tests/dingxi/generate.mjs --out DIR                    the acceptance data set (Dingxi, spring 2022)
node tests/dingxi/generate.mjs --out DIR --counties N --projects N [--from-date 2022-02-10]
                                                            a set of up to 3000 units and 1 000 000 projects as CSV`;

async function writeAcceptanceSet(folder) {
  const data = portfolio();
  for (const workbook of data.workbooks) {
    const bytes = await workbookBytes({ title: workbook.title, years: workbook.years, rows: rowsOf(data, workbook) });
    await writeFile(join(folder, fileName(workbook)), bytes);
  }
  const { organizations, officials, accounts, lists, orders, starts, cases } = data;
  const json = (value) => `${JSON.stringify(value, null, 1)}\n`;
  await writeFile(join(folder, 'directory.json'), json({ organizations, officials, accounts, lists }));
  await writeFile(join(folder, 'orders.json'), json(orders));
  await writeFile(join(folder, 'starts.json'), json(starts));
  await writeFile(join(folder, 'cases.json'), `${JSON.stringify(cases)}\n`);
}

async function writeScaleSet(folder, options) {
  const counties = scaleCounties(options.counties);
  const directory = { region: scaleRegion(options.counties), effective_on: options.fromDate, organizations: counties };
  await writeFile(join(folder, 'scale.json'), `${JSON.stringify(directory)}\n`);
  let [name, stream, written] = ['', null, 0];
  let buffer = [];
  const flush = async () => {
    if (buffer.length && !stream.write(buffer.join(''))) await once(stream, 'drain');
    buffer = [];
  };
  const close = async () => {
    if (!stream) return;
    await flush();
    stream.end();
    await once(stream, 'finish');
  };
  for (const { file, text } of scaleCsv(options)) {
    if (file !== name) {
      await close();
      [name, stream] = [file, createWriteStream(join(folder, file))];
    }
    buffer.push(text);
    if (++written % 2000 === 0) await flush();
    if (written % 50000 === 0) process.stderr.write(`\r${written} of ${options.projects} projects`);
  }
  await close();
  if (written >= 50000) process.stderr.write('\n');
}

async function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' }, counties: { type: 'string' }, projects: { type: 'string' },
      'from-date': { type: 'string', default: '2022-02-10' }, help: { type: 'boolean' },
    },
  });
  if (values.help || !values.out) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  await mkdir(values.out, { recursive: true });
  if (values.counties === undefined && values.projects === undefined) return writeAcceptanceSet(values.out);
  const number = (text, standard) => (text === undefined ? standard : Number(text));
  return writeScaleSet(values.out, { counties: number(values.counties, 9), projects: number(values.projects, 1000), fromDate: values['from-date'] });
}

await main();
