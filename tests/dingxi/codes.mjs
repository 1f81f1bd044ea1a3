// Codes with check characters, and the two formats of project codes.

const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const ORGANIZATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** The check character of an organization code of eight digits (GB 11714). */
function organizationCheck(digits) {
  const sum = [...digits].reduce((a, c, i) => a + Number(c) * ORGANIZATION_WEIGHTS[i], 0);
  return '0123456789X0'[11 - (sum % 11)];
}

/** The check character of the first 17 characters of a unified social credit code (GB 32100). */
export function creditCheck(seventeen) {
  let [sum, weight] = [0, 1];
  for (const c of seventeen) {
    sum += CREDIT_ALPHABET.indexOf(c) * weight;
    weight = (weight * 3) % 31;
  }
  return CREDIT_ALPHABET[(31 - (sum % 31)) % 31];
}

/** True when all 18 characters are allowed and the check character is right. */
export function isCreditCode(code) {
  return /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(code) && creditCheck(code.slice(0, 17)) === code[17];
}

/** A unified social credit code; `kind` is "11" for an authority, "12" for an institution, "91" for a company. */
export function creditCode(random, kind, region) {
  const digits = String(random.int(10000000, 79999999));
  const body = `${kind}${region}${digits}${organizationCheck(digits)}`;
  return body + creditCheck(body);
}

/** A code of the national platform since 2020-11: YYMM-region-department-type-number. */
export function code2020(random, { year, month, region, type }) {
  const time = String(year % 100).padStart(2, '0') + String(month).padStart(2, '0');
  return `${time}-${region}-04-${type}-${String(random.int(100000, 999999))}`;
}

/** A code of the format before: YYYY-region-industry-regime-number. */
export function code2016(random, { year, region, industry, regime }) {
  const division = /\d\d/.exec(industry)?.[0] ?? '78';
  const kind = { APPROVAL: '01', VERIFICATION: '02', FILING: '03' }[regime];
  return `${year}-${region}-${division}-${kind}-${String(random.int(0, 99999)).padStart(6, '0')}`;
}
