// The filter of a list: a tree of conditions, written as AIP-160 and read back from it.
// In AIP-160 OR binds tighter than AND, so every group below the top is put in parentheses.

export type Operator = '=' | '!=' | ':' | '>=' | '<=';

export interface Condition {
  kind: 'condition';
  field: string;
  operator: Operator;
  value: string;
}

export interface Group {
  kind: 'group';
  combine: 'AND' | 'OR';
  parts: Part[];
}

export type Part = Condition | Group;

export const emptyGroup = (combine: Group['combine'] = 'AND'): Group => ({ kind: 'group', combine, parts: [] });

const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const quote = (value: string): string => (PLAIN.test(value) ? value : `"${value.replace(/[\\"*]/g, '\\$&')}"`);

/** The text of a filter; conditions without a value are left out, and so are groups without conditions. */
export function printFilter(part: Part, top = true): string {
  if (part.kind === 'condition') return part.field && part.value !== '' ? `${part.field} ${part.operator} ${quote(part.value)}` : '';
  const texts = part.parts.map((inner) => printFilter(inner, false)).filter((text) => text !== '');
  const text = texts.join(` ${part.combine} `);
  return texts.length > 1 && !top ? `(${text})` : text;
}

interface Token {
  kind: 'word' | 'text' | 'sign' | 'open' | 'close';
  text: string;
}

const TOKEN = /\s*(?:(?<open>\()|(?<close>\))|(?<sign>!=|>=|<=|=|:)|"(?<text>(?:\\.|[^"\\])*)"|(?<word>[^\s()"=!<>:]+))/y;

function tokens(text: string): Token[] | undefined {
  const all: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    if (/^\s*$/.test(text.slice(TOKEN.lastIndex))) return all;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) return undefined;
    const kind = (['open', 'close', 'sign', 'text', 'word'] as const).find((name) => groups[name] !== undefined)!;
    if (kind === 'text' && /(?<!\\)(?:\\\\)*\*/.test(groups.text!)) return undefined; // A wildcard: the builder has none.
    all.push({ kind, text: kind === 'text' ? groups.text!.replace(/\\(.)/g, '$1') : groups[kind]! });
  }
  return all;
}

class Parser {
  private at = 0;
  constructor(private readonly all: Token[]) {}

  private peek(kind: Token['kind'], text?: string): boolean {
    const token = this.all[this.at];
    return token?.kind === kind && (text === undefined || token.text === text);
  }

  /** One level: parts joined by ANDs alone or by ORs alone; mixed ones are not what the builder writes. */
  level(): Group | undefined {
    const parts: Part[] = [];
    let combine: Group['combine'] | undefined;
    for (;;) {
      const part = this.part();
      if (!part) return undefined;
      parts.push(part);
      const word = this.peek('word', 'AND') ? 'AND' : this.peek('word', 'OR') ? 'OR' : undefined;
      if (!word) return { kind: 'group', combine: combine ?? 'AND', parts };
      if (combine && combine !== word) return undefined;
      combine = word;
      this.at++;
    }
  }

  private part(): Part | undefined {
    if (!this.peek('open')) return this.condition();
    this.at++;
    const group = this.level();
    if (!group || !this.peek('close')) return undefined;
    this.at++;
    return group;
  }

  private condition(): Condition | undefined {
    const [field, sign, value] = this.all.slice(this.at, this.at + 3);
    if (field?.kind !== 'word' || /^(AND|OR|NOT)$|^-|\*/.test(field.text) || sign?.kind !== 'sign' || !value || !['word', 'text'].includes(value.kind)) return undefined;
    if (value.kind === 'word' && value.text.includes('*')) return undefined;
    this.at += 3;
    return { kind: 'condition', field: field.text, operator: sign.text as Operator, value: value.text };
  }

  get done(): boolean {
    return this.at === this.all.length;
  }
}

/** The tree of a filter's text; undefined when it holds what the builder does not know (then it is edited as text). */
export function parseFilter(text: string): Group | undefined {
  if (!text.trim()) return emptyGroup();
  const all = tokens(text);
  if (!all) return undefined;
  const parser = new Parser(all);
  const group = parser.level();
  return group && parser.done ? group : undefined;
}
