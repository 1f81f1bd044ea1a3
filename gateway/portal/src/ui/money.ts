// Money as people read it. Amounts are whole fen in decimal strings; nothing here is a float.

const FEN_PER_YUAN = 100n;
const FEN_PER_WAN = 1_000_000n;
const FEN_PER_YI = 10_000_000_000n;

/** "12345678" → "123,456.78": the exact amount in yuan. */
export function exactYuan(fen: bigint): string {
  const sign = fen < 0n ? '-' : '';
  const amount = fen < 0n ? -fen : fen;
  const whole = (amount / FEN_PER_YUAN).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${whole}.${(amount % FEN_PER_YUAN).toString().padStart(2, '0')}`;
}

/** The amount in a unit with at most so many decimals, rounded half to even, trailing zeros cut. */
function inUnit(fen: bigint, unit: bigint, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  const sign = fen < 0n ? '-' : '';
  const scaled = (fen < 0n ? -fen : fen) * scale;
  const rest = (scaled % unit) * 2n;
  let rounded = scaled / unit;
  if (rest > unit || (rest === unit && rounded % 2n === 1n)) rounded += 1n;
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const part = decimals ? (rounded % scale).toString().padStart(decimals, '0').replace(/0+$/, '') : '';
  return `${rounded === 0n ? '' : sign}${whole}${part ? `.${part}` : ''}`;
}

export type MoneyUnit = 'yi' | 'wan';

/** 亿元 from one 亿 on, 万元 below. */
export function shortMoney(fen: bigint): { amount: string; unit: MoneyUnit } {
  const size = fen < 0n ? -fen : fen;
  return size >= FEN_PER_YI ? { amount: inUnit(fen, FEN_PER_YI, 2), unit: 'yi' } : { amount: inUnit(fen, FEN_PER_WAN, 2), unit: 'wan' };
}

/** An amount in 万元, exact, for fields and files: "352.7". */
export const toWan = (fen: bigint): string => inUnit(fen, FEN_PER_WAN, 6).replaceAll(',', '');

/** What a person typed in 万元, in fen; undefined when it is no amount of whole fen. */
export function fromWan(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim().replaceAll(',', ''));
  return match ? BigInt(match[1]!) * FEN_PER_WAN + BigInt((match[2] ?? '').padEnd(6, '0')) : undefined;
}

/** The decimal string of a CNY figure, in fen: "2.5" → 250n. */
export function fenOfYuan(yuan: string): bigint {
  const [whole = '0', part = ''] = yuan.replace('-', '').split('.');
  const fen = BigInt(whole) * FEN_PER_YUAN + BigInt(part.slice(0, 2).padEnd(2, '0'));
  return yuan.startsWith('-') ? -fen : fen;
}
