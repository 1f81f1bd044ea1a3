// The lists of the city, the workbooks they came with, and the adjustment orders of spring 2022.
import { slots } from './amounts.mjs';
import { RESERVES, cases, reserveOf, roundRequired } from './approvals.mjs';
import { accounts, officials, organizations } from './directory.mjs';
import { projects } from './facts.mjs';
import { Random } from './random.mjs';

const RULES = { min_total_investment_wan: 500 };

/** The catalogue: last year's list, one master list, and its sub-lists (“一总六分”; five names of 2017 stand empty, to be edited). */
export const LISTS = [
  list('invest-2021', '2021年投资项目清单', 'STANDALONE', '', 'THIS_YEAR', 2021, 2021),
  list('master', '定西市项目建设总清单', 'MASTER', '', 'THIS_YEAR', 2022, 2022),
  list('major-145', '“十四五”重大带动性基础设施项目清单', 'SUB', 'master', 'FIVE_YEARS', 2021, 2025),
  list('invest-2022', '2022年投资项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022, { requires_annual_plan: true }, 'invest-2021'),
  list('plan-2023', '2023年谋划项目清单', 'SUB', 'master', 'NEXT_YEAR', 2023, 2023),
  list('preliminary', '重大前期项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022),
  list('new-starts', '计划新开工项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022),
  list('approvals', '审批项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022),
  list('construction', '重大建设项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022),
  list('promotions', '重点招商引资落地项目清单', 'SUB', 'master', 'THIS_YEAR', 2022, 2022),
];

function list(id, title, kind, parent, horizon, first_year, last_year, rules = {}, predecessor = '') {
  return { id, title, kind, parent, horizon, first_year, last_year, predecessor, admission_rules: kind === 'MASTER' ? {} : { ...RULES, ...rules } };
}

/** The workbooks in the order of their dates; a later one repeats what an earlier one says of the same project. */
const WORKBOOKS = [
  { list: 'invest-2021', effective_on: '2021-02-10', years: [2021], reason: '印发2021年投资项目清单' },
  { list: 'major-145', effective_on: '2021-12-31', years: [2021, 2022, 2023, 2024, 2025], reason: '编制完成“十四五”重大带动性基础设施项目清单' },
  { list: 'invest-2022', effective_on: '2022-02-10', years: [2022], reason: '印发2022年投资项目清单' },
  { list: 'plan-2023', effective_on: '2022-02-15', years: [2023], reason: '初步谋划2023年项目' },
];

const REASONS = {
  add: ['纳入中央预算内投资计划', '前期手续办结，具备开工条件', '招商引资项目落地', '列入省级重点项目', '专项债券资金落实'],
  remove: ['用地未落实，年内无法开工', '投资主体退出', '建设内容并入其他项目', '不符合最新产业政策', '资金未落实，调整至以后年度'],
  amend: ['初步设计概算批复核定投资', '可研批复调整建设规模', '按工程进度调整年度计划', '落实资金后追加年度计划'],
};

const ORDERS = [
  { number: '定项办发〔2022〕7号', effective_on: '2022-03-10', reason: '一季度项目清单动态调整', additions: 9, removals: 4, amendments: 15 },
  { number: '定项办发〔2022〕15号', effective_on: '2022-04-18', reason: '第二批集中开复工前项目清单动态调整', additions: 14, removals: 7, amendments: 12 },
];

function kindOn(listId, project) {
  if (listId === 'plan-2023') return 'STANDBY';
  return project.kind;
}

function workbook({ list: id, effective_on, years, reason }, all) {
  // What an order adds to the 2022 list later is not in the workbook of the list.
  const rows = all.filter((p) => p.lists.includes(id) && !(id === 'invest-2022' && p.added));
  return { list: id, effective_on, years, reason, title: `定西市${LISTS.find((l) => l.id === id).title}`, rows: rows.map((p) => p.key), kinds: Object.fromEntries(rows.map((p) => [p.key, kindOn(id, p)])) };
}

function orders(all) {
  const random = new Random('orders');
  const queues = { additions: all.filter((p) => p.added), removals: all.filter((p) => p.removed), amendments: all.filter((p) => p.before) };
  for (const name of Object.keys(queues)) queues[name] = random.shuffle(queues[name]);
  return ORDERS.map((order) => {
    const take = (name) => queues[name].splice(0, order[name]);
    const additions = take('additions');
    return {
      list: 'invest-2022', number: order.number, effective_on: order.effective_on, reason: order.reason,
      additions: additions.map((p) => ({ key: p.key, kind: p.kind, reason: random.pick(REASONS.add) })),
      removals: take('removals').map((p) => ({ key: p.key, reason: random.pick(REASONS.remove) })),
      amendments: take('amendments').map((p) => ({ key: p.key, total: p.total, plans: { 2022: p.plans[2022] }, reason: random.pick(REASONS.amend) })),
    };
  });
}

/** The ledger of a year's reserve: projects are known before they come onto a list, so that their approvals can begin. */
function reserve(one, all) {
  const rows = reserveOf(one, all);
  return {
    list: '', effective_on: one.effective_on, years: [one.year], reason: one.reason, title: `定西市${one.year - 1}年度项目储备库`,
    rows: rows.map((p) => p.key), kinds: Object.fromEntries(rows.map((p) => [p.key, p.kind])),
  };
}

/** First starts and resumptions, for the services that keep them: `{key, on, year, batch}`. */
function starts(all) {
  const random = new Random('starts');
  const day = () => `2021-${['02-20', '03-12', '03-30', '04-16'][random.int(0, 3)]}`;
  return [
    ...all.filter((p) => p.started2021).map((p) => ({ key: p.key, year: 2021, batch: 0, on: day() })),
    ...all.filter((p) => p.batch).map((p) => ({ key: p.key, year: 2022, batch: p.batch, on: p.batch === 1 ? '2022-02-19' : '2022-04-20' })),
  ];
}

/** The whole data set as plain data; amounts in 万元, dates as text. The same at every call. */
export function portfolio() {
  const all = projects(slots());
  roundRequired(all);
  const workbooks = [...RESERVES.map((r) => reserve(r, all)), ...WORKBOOKS.map((w) => workbook(w, all))];
  return {
    organizations: organizations(), officials: officials(), accounts: accounts(), lists: LISTS,
    projects: new Map(all.map((p) => [p.key, p])), workbooks: workbooks.sort((a, b) => (a.effective_on < b.effective_on ? -1 : 1)), orders: orders(all), starts: starts(all),
    cases: cases(all),
  };
}
