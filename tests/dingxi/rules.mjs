// What the catalogue asks of a project, read from its JSON by rules of our own: so that a rate of the system is compared with
// one that it did not compute itself.
import { readFileSync } from 'node:fs';
import { fen } from './client.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../../catalogue/${name}`, import.meta.url), 'utf8'));

/** The bodies of the create requests of the default catalogue. */
export const PROCEDURE_TYPES = read('procedure-types.json');
export const TEMPLATES = read('templates.json');

export const typeOf = (code) => PROCEDURE_TYPES.find((t) => t.procedure_type_id === code).procedure_type;

/** The words of a condition: names, numbers, quoted texts, comparators, parentheses. */
function words(text) {
  return text.match(/\s+|"[^"]*"|[<>!]=|[=<>():]|[\w.-]+/g)?.filter((w) => w.trim()) ?? [];
}

/** True when the AIP-160 condition holds for the facts: AND of ORs, NOT, parentheses, and comparisons. "" always holds. */
export function holds(condition, facts) {
  const rest = words(condition);
  if (rest.length === 0) return true;
  const result = conjunction(rest, facts);
  if (rest.length) throw new Error(`cannot read “${rest.join(' ')}” of “${condition}”`);
  return result;
}

function conjunction(rest, facts) {
  let all = disjunction(rest, facts);
  while (rest[0] === 'AND') {
    rest.shift();
    const next = disjunction(rest, facts);
    all = all && next;
  }
  return all;
}

function disjunction(rest, facts) {
  let any = term(rest, facts);
  while (rest[0] === 'OR') {
    rest.shift();
    const next = term(rest, facts);
    any = any || next;
  }
  return any;
}

function term(rest, facts) {
  const word = rest.shift();
  if (word === 'NOT') return !term(rest, facts);
  if (word === '(') {
    const inner = conjunction(rest, facts);
    if (rest.shift() !== ')') throw new Error('a parenthesis is not closed');
    return inner;
  }
  const [comparator, value] = rest.splice(0, 2);
  if (!(word in facts)) throw new Error(`no attribute ${word}`);
  return compare(facts[word], comparator, value.replaceAll('"', ''));
}

function compare(fact, comparator, text) {
  const numeric = typeof fact === 'bigint';
  const value = numeric ? BigInt(text) : typeof fact === 'boolean' ? text === 'true' : text;
  switch (comparator) {
    case '=': return fact === value;
    case '!=': return fact !== value;
    case '<': return fact < value;
    case '<=': return fact <= value;
    case '>': return fact > value;
    case '>=': return fact >= value;
    default: throw new Error(`no comparator ${comparator}`);
  }
}

/** What conditions may ask of a project with a total investment in 万元. */
export function factsOf(project, wan) {
  const { regime, field, nature, industry } = project;
  const facts = { regime, field, nature, industry, total_investment_fen: BigInt(fen(wan)) };
  for (const [name, value] of Object.entries(project.attributes)) facts[name] = typeof value === 'number' ? BigInt(value) : value;
  return facts;
}

/** The create request of the template that fits the facts best. */
export function templateFor(facts) {
  const fits = TEMPLATES.filter(({ template: { selector: s } }) =>
    (!s.regimes?.length || s.regimes.includes(facts.regime)) && (!s.fields?.length || s.fields.includes(facts.field)) &&
    facts.total_investment_fen >= BigInt(s.min_total_investment_fen ?? 0) &&
    (!Number(s.below_total_investment_fen ?? 0) || facts.total_investment_fen < BigInt(s.below_total_investment_fen)));
  if (fits.length !== 1) throw new Error(`${fits.length} templates fit ${facts.regime} of ${facts.total_investment_fen} fen`);
  return fits[0];
}

/** What the template asks: `{code → {requirement, merged_into}}`, in its order. */
export function requirementsOf({ template }, facts) {
  const decide = (node) => (node.rules ?? []).find((rule) => holds(rule.condition, facts)) ?? { requirement: 'REQUIRED' };
  return new Map(template.nodes.map((node) => [node.code, decide(node)]));
}

/**
 * The required codes that each required code waits for: what is not required passes its own prerequisites on, what is merged
 * stands for the code that it is decided with.
 */
export function prerequisitesOf({ template }, requirements) {
  const own = new Map(template.nodes.map((node) => [node.code, [...(node.prerequisites ?? [])]]));
  for (const group of template.joint_groups ?? []) for (const code of group.dependents ?? []) own.get(code).push(...group.codes);
  const merged = (code) => template.nodes.map((n) => n.code).filter((c) => requirements.get(c).merged_into === code);
  const resolve = (code, into, seen) => {
    const before = [...own.get(code), ...merged(code).flatMap((c) => own.get(c))];
    for (const next of before) {
      const { requirement, merged_into } = requirements.get(next);
      const stands = requirement === 'MERGED' ? merged_into : next;
      if (seen.has(stands) || stands === code) continue;
      seen.add(stands);
      if (requirements.get(stands).requirement === 'REQUIRED') into.add(stands);
      else resolve(stands, into, seen);
    }
    return into;
  };
  const required = [...requirements.keys()].filter((code) => requirements.get(code).requirement === 'REQUIRED');
  return new Map(required.map((code) => [code, [...resolve(code, new Set(), new Set([code]))]]));
}
