// Writes src/api/generated/<part>.ts from the protos: a TypeScript interface per message as the JSON door prints it (proto names,
// int64 as string, enums by name), and a constant per HTTP method with its verb, path and body.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TARGET = fileURLToPath(new URL('../src/api/generated/', import.meta.url));

// Well-known types as proto3 JSON writes them.
const WELL_KNOWN = {
  '.google.protobuf.Timestamp': 'string',
  '.google.protobuf.Duration': 'string',
  '.google.protobuf.FieldMask': 'string',
  '.google.protobuf.Struct': 'Record<string, unknown>',
  '.google.protobuf.Value': 'unknown',
  '.google.protobuf.Empty': 'Record<string, never>',
  '.google.protobuf.Any': "{ '@type': string; [field: string]: unknown }",
  '.google.api.HttpBody': 'Blob',
};
const SCALARS = { TYPE_BOOL: 'boolean', TYPE_INT32: 'number', TYPE_UINT32: 'number', TYPE_SINT32: 'number', TYPE_DOUBLE: 'number', TYPE_FLOAT: 'number' };

function readImage() {
  const file = join(tmpdir(), `portal-image-${process.pid}.json`);
  execFileSync(join(ROOT, 'node_modules/.bin/buf'), ['build', '-o', file], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const image = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  return image;
}

/** "yaoshi.registry.v1" → "registry"; other packages keep their dots as underscores. */
const moduleOf = (name) => /^yaoshi\.(\w+)\.v1$/.exec(name)?.[1] ?? name.replaceAll('.', '_');

/** All messages and enums of the image by full name: {module, name, message|enum}. */
function collect(image) {
  const types = new Map();
  const add = (file, prefix, scope, message) => {
    const name = prefix + message.name;
    types.set(`${scope}.${message.name}`, { module: moduleOf(file.package), name, message });
    for (const nested of message.nestedType ?? []) add(file, `${name}_`, `${scope}.${message.name}`, nested);
    for (const e of message.enumType ?? []) types.set(`${scope}.${message.name}.${e.name}`, { module: moduleOf(file.package), name: `${name}_${e.name}`, enum: e });
  };
  for (const file of image.file) {
    for (const message of file.messageType ?? []) add(file, '', `.${file.package}`, message);
    for (const e of file.enumType ?? []) types.set(`.${file.package}.${e.name}`, { module: moduleOf(file.package), name: e.name, enum: e });
  }
  return types;
}

class Module {
  constructor(types, name) {
    Object.assign(this, { types, name, imports: new Set(), lines: [] });
  }

  reference(fullName) {
    if (WELL_KNOWN[fullName]) return WELL_KNOWN[fullName];
    const type = this.types.get(fullName);
    if (!type) throw new Error(`unknown type ${fullName}`);
    if (type.module === this.name) return type.name;
    this.imports.add(type.module);
    return `${type.module}.${type.name}`;
  }

  fieldType(field) {
    const map = field.typeName && this.types.get(field.typeName)?.message?.options?.mapEntry ? this.types.get(field.typeName).message : undefined;
    if (map) return `Record<string, ${this.fieldType(map.field[1])}>`;
    const single = field.typeName ? this.reference(field.typeName) : (SCALARS[field.type] ?? 'string');
    return field.label === 'LABEL_REPEATED' ? `${/[ {]/.test(single) ? `(${single})` : single}[]` : single;
  }

  addMessage({ name, message }) {
    if (message.options?.mapEntry) return;
    this.lines.push(`export interface ${name} {`);
    for (const field of message.field ?? []) {
      const absent = field.oneofIndex !== undefined || (field.type === 'TYPE_MESSAGE' && field.label !== 'LABEL_REPEATED');
      this.lines.push(`  ${field.name}${absent ? '?' : ''}: ${this.fieldType(field)};`);
    }
    this.lines.push('}');
  }

  addEnum({ name, enum: e }) {
    this.lines.push(`export type ${name} = ${e.value.map((v) => `'${v.name}'`).join(' | ')};`);
    this.lines.push(`export const ${name}Values = [${e.value.slice(1).map((v) => `'${v.name}'`).join(', ')}] as const;`);
  }

  addMethod(method) {
    const http = method.options?.['[google.api.http]'];
    if (!http) return;
    const verb = ['get', 'post', 'put', 'patch', 'delete'].find((v) => http[v]);
    const name = method.name[0].toLowerCase() + method.name.slice(1);
    const route = JSON.stringify({ verb: verb.toUpperCase(), path: http[verb], body: http.body ?? '' });
    this.lines.push(`export const ${name}: Method<${this.reference(method.inputType)}, ${this.reference(method.outputType)}> = ${route};`);
  }

  text() {
    const imports = [...this.imports].sort().map((name) => `import type * as ${name} from './${name}';`);
    if (this.lines.some((line) => line.includes(': Method<'))) imports.push("import type { Method } from '../method';");
    return ['// Generated from the protos by scripts/generate.mjs.', ...imports, '', ...this.lines, ''].join('\n');
  }
}

const image = readImage();
const types = collect(image);
const modules = new Map();
const moduleNamed = (name) => modules.get(name) ?? modules.set(name, new Module(types, name)).get(name);
for (const type of types.values()) {
  if (type.module.startsWith('google_protobuf')) continue;
  if (type.enum) moduleNamed(type.module).addEnum(type);
  else moduleNamed(type.module).addMessage(type);
}
for (const file of image.file) for (const service of file.service ?? []) for (const method of service.method) moduleNamed(moduleOf(file.package)).addMethod(method);

/** The parts that have a door, and what these need of other packages. */
function wanted() {
  const names = new Set([...modules.keys()].filter((name) => name !== 'testing' && !name.startsWith('google_')));
  for (const name of names) for (const other of modules.get(name).imports) names.add(other);
  return [...names].map((name) => modules.get(name));
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
for (const module of wanted()) writeFileSync(join(TARGET, `${module.name}.ts`), module.text());
