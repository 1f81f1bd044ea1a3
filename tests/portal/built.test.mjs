// The built portal, read as files: what it weighs, what it is written in, and that it needs nothing from outside.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'acorn';
import { BUILT } from './browser.mjs';

const FIRST_PAINT_BYTES = 250 * 1024; // Of the overview, with gzip.
const ASSETS = join(BUILT, 'assets');
const names = readdirSync(ASSETS);
const read = (name) => readFileSync(join(ASSETS, name), 'utf8');
const scripts = names.filter((name) => name.endsWith('.js'));
const styles = names.filter((name) => name.endsWith('.css'));

// Newer than Chrome 87: functions that no syntax check sees, and selectors and properties of CSS. (Methods of arrays are left
// out: Vue names the new ones to make them reactive where a browser has them. Our own sources are checked against ES2020.)
const NEW_CALLS = /\bstructuredClone\(|\bObject\.hasOwn\(|\bcrypto\.randomUUID\(|\bObject\.groupBy\(|\bPromise\.withResolvers\(|\.showPicker\(/;
const NEW_CSS = /:is\(|:where\(|:has\(|@layer\b|@container\b|color-mix\(|aspect-ratio:|accent-color:|\d(?:dvh|svh|lvh)\b|(?:^|[;{])inset-inline:|&:hover/;

test('every script parses as the browser floor reads it', () => {
  for (const name of scripts) {
    const program = parse(read(name), { ecmaVersion: 2022, sourceType: 'module', allowAwaitOutsideFunction: false });
    assert.ok(!/static\{/.test(read(name)), `${name} has a static block`);
    assert.equal(program.type, 'Program');
    assert.doesNotMatch(read(name), NEW_CALLS, name);
  }
});

test('no style needs a newer browser', () => {
  for (const name of styles) assert.doesNotMatch(read(name), NEW_CSS, name);
});

test('nothing is loaded from outside, nothing is evaluated, no script stands in the page', () => {
  const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc="\/)/);
  assert.doesNotMatch(page, /https?:\/\//);
  for (const name of scripts) assert.doesNotMatch(read(name), /\beval\(|\bnew Function\(|\bimport\(\s*["']https?:/, name);
  for (const name of styles) assert.doesNotMatch(read(name), /url\(\s*["']?(?:https?:)?\/\//, name);
});

test('the overview needs at most 250 KB before its first useful paint', () => {
  const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
  const first = new Set([...page.matchAll(/\/assets\/([\w.-]+)/g)].map((match) => match[1]));
  const overview = scripts.find((name) => name.startsWith('OverviewPage-'));
  first.add(overview);
  for (const [, name] of read(overview).matchAll(/from"\.\/([\w.-]+)"/g)) first.add(name);
  for (const name of styles) if (name.startsWith('OverviewPage-')) first.add(name);
  const bytes = [...first].reduce((sum, name) => sum + gzipSync(readFileSync(join(ASSETS, name))).length, gzipSync(page).length);
  assert.ok(bytes <= FIRST_PAINT_BYTES, `${bytes} bytes: ${[...first].join(', ')}`);
  assert.ok(bytes > 20000, 'the parts of the page were found');
});
