// Pseudo-random numbers that are the same on every machine and in every year: only integer arithmetic and
// the operations that IEEE 754 defines to the last bit (no Math.exp, no Math.random).

/** A generator of its own for every purpose, so that a change in one part shifts nothing in another. */
export class Random {
  constructor(name) {
    let h = 0x811c9dc5;
    const next = () => {
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return (h ^= h >>> 16) >>> 0;
    };
    for (const c of `yaoshi/${name}`) h = Math.imul(h ^ c.codePointAt(0), 0x01000193);
    [this.a, this.b, this.c, this.d] = [next(), next(), next(), 1];
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** sfc32 by Chris Doty-Humphrey (public domain). */
  uint32() {
    const t = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit() {
    return this.uint32() / 4294967296;
  }

  /** A whole number in [low, high]. */
  int(low, high) {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability) {
    return this.unit() < probability;
  }

  pick(items) {
    return items[this.int(0, items.length - 1)];
  }

  /** A copy in random order. */
  shuffle(items) {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }

  /** `count` different items. */
  sample(items, count) {
    if (items.length < count) throw new Error(`only ${items.length} items to choose ${count} from`);
    return this.shuffle(items).slice(0, count);
  }

  /** The size of an investment relative to others: most are small, a few are a hundred times larger. */
  size() {
    const x = 0.03 + this.unit();
    return (0.5 + this.unit()) / (x * Math.sqrt(x));
  }
}

/**
 * Splits `sum` into parts proportional to `weights`, each a multiple of `unit` within [low, high] (numbers, or one per
 * part). The rest that rounding leaves goes to those that lost most by it, one unit each, so no part takes an absurd remainder;
 * less than a unit goes to the largest.
 */
export function partition({ weights, sum, low, high, unit = 10 }) {
  const lows = weights.map((_, i) => Math.ceil((low[i] ?? low) / unit) * unit);
  const highs = weights.map((_, i) => Math.floor((high[i] ?? high) / unit) * unit);
  const total = (values) => values.reduce((a, b) => a + b, 0);
  if (total(lows) > sum || total(highs) < sum) {
    throw new Error(`cannot split ${sum} into ${weights.length} parts: between ${total(lows)} and ${total(highs)}`);
  }
  const at = (scale) => weights.map((w, i) => Math.min(highs[i], Math.max(lows[i], w * scale)));
  let [small, large] = [0, 1];
  while (total(at(large)) < sum && large < 1e15) large *= 2;
  for (let i = 0; i < 120; i++) {
    const middle = (small + large) / 2;
    if (total(at(middle)) < sum) small = middle;
    else large = middle;
  }
  const exact = at(large);
  const parts = exact.map((x) => Math.floor(x / unit) * unit);
  const order = parts.map((_, i) => i).sort((i, j) => exact[j] - parts[j] - (exact[i] - parts[i]) || i - j);
  let rest = sum - total(parts);
  const odd = rest % unit;
  rest -= odd;
  for (let i = 0; rest !== 0; i = (i + 1) % order.length) {
    const step = Math.sign(rest) * unit;
    const value = parts[order[i]] + step;
    if (value < lows[order[i]] || value > highs[order[i]]) continue;
    parts[order[i]] = value;
    rest -= step;
  }
  const fits = (i) => parts[i] + odd >= (low[i] ?? low) && parts[i] + odd <= (high[i] ?? high);
  const largest = parts.reduce((best, part, i) => (fits(i) && (best < 0 || part > parts[best]) ? i : best), -1);
  if (odd !== 0 && largest < 0) throw new Error(`no part takes the rest of ${odd}`);
  if (odd !== 0) parts[largest] += odd;
  return parts;
}
