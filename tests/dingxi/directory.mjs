// Organizations, posts and accounts of the city. Officials are posts, never names of people.
import { CITY, REGIONS } from './geography.mjs';
import { creditCode } from './codes.mjs';
import { Random } from './random.mjs';

/** The 75 municipal departments; number n has the account dept-n. */
export const DEPARTMENTS = (
  '市发展改革委 市教育局 市科技局 市工业和信息化局 市公安局 市民政局 市司法局 市财政局 市人力资源社会保障局 市自然资源局 ' +
  '市生态环境局 市住房城乡建设局 市交通运输局 市水务局 市农业农村局 市商务局 市文体广电和旅游局 市卫生健康委 市退役军人局 市应急管理局 ' +
  '市审计局 市政府国资委 市市场监管局 市统计局 市医保局 市林草局 市乡村振兴局 市政府金融办 市行政审批服务局 市城市管理局 ' +
  '市信访局 市机关事务局 市粮食和物资储备局 市畜牧兽医局 市能源局 市大数据管理局 市投资合作促进局 市地震局 市气象局 市税务局 ' +
  '市消防救援支队 市烟草局 市邮政管理局 市委办公室 市委宣传部 市委统战部 市委政法委 市委网信办 市委编办 市委军民融合办 ' +
  '市委农办 市直机关工委 市委老干部局 市委党校 市档案馆 市政府办公室 市总工会 团市委 市妇联 市科协 ' +
  '市文联 市侨联 市残联 市红十字会 市工商联 市供销社 市住房公积金中心 市公共资源交易中心 市公路事业发展中心 市水土保持科研所 ' +
  '市农业科学院 市中医药管理局 市人防办 市外事办 市马铃薯产业办'
).split(' ');

const COMPANIES = ['定西市国有投资控股集团', '定西市交通建设投资集团', '定西市城市建设投资集团', '定西市水务投资集团', '定西市文化旅游投资集团', '定西市农业发展集团'];

const SUPERVISORS = [
  ['discipline', '市纪委监委机关'],
  ['organization', '市委组织部'],
  ['congress', '市人大常委会'],
  ['consultative', '市政协'],
];

const two = (n) => String(n).padStart(2, '0');

/** `{id, title, kind, region, credit_code}` of all units, the city first. */
export function organizations() {
  const random = new Random('organizations');
  const code = (kind, region = CITY.code) => creditCode(random, kind, region);
  return [
    { id: CITY.id, title: CITY.title, kind: 'CITY', region: CITY.code, credit_code: '' },
    ...REGIONS.map((r) => ({ id: r.id, title: r.title, kind: 'COUNTY_LEVEL', region: r.code, credit_code: '' })),
    ...DEPARTMENTS.map((title, i) => ({ id: `dept-${two(i + 1)}`, title, kind: 'DEPARTMENT', region: CITY.code, credit_code: code('11') })),
    ...SUPERVISORS.map(([id, title]) => ({ id, title, kind: 'SUPERVISING_BODY', region: CITY.code, credit_code: code('11') })),
    ...COMPANIES.map((title, i) => ({ id: `company-${two(i + 1)}`, title, kind: 'STATE_OWNED_COMPANY', region: CITY.code, credit_code: code('91') })),
  ];
}

/** `{id, title, rank, organization, term_from}` of all posts. */
export function officials() {
  const heads = [...REGIONS.map((r) => [r.id, r.title]), ...DEPARTMENTS.map((title, i) => [`dept-${two(i + 1)}`, title])];
  return [
    ...Array.from({ length: 30 }, (_, i) => ({
      id: `leader-${two(i + 1)}`, title: `市级领导${two(i + 1)}`, rank: 'CITY_LEADER', organization: CITY.id, term_from: '2021-11-01',
    })),
    ...heads.map(([id, title]) => ({ id: `head-${id}`, title: `${title}主要负责人`, rank: 'UNIT_HEAD', organization: id, term_from: '2021-12-01' })),
  ];
}

/** `{id, title, role, region, organization}` of all accounts, `city-office` first: it makes what the others need. */
export function accounts() {
  const city = (id, title, role, organization) => ({ id, title, role, region: CITY.code, organization });
  return [
    city('city-office', '市发展改革委', 'CITY_OFFICE', 'dept-01'),
    ...REGIONS.map((r) => ({ id: `county-${r.id}`, title: r.title, role: 'COUNTY', region: r.code, organization: r.id })),
    ...DEPARTMENTS.map((title, i) => city(`dept-${two(i + 1)}`, title, 'DEPARTMENT', `dept-${two(i + 1)}`)),
    ...Array.from({ length: 30 }, (_, i) => city(`leader-${two(i + 1)}`, `市级领导${two(i + 1)}`, 'LEADER', CITY.id)),
    city('discipline', '市纪委监委机关', 'DISCIPLINE', 'discipline'),
    city('organization', '市委组织部', 'ORGANIZATION', 'organization'),
    city('congress', '市人大常委会', 'CONGRESS', 'congress'),
    city('auditor', '市审计局', 'AUDITOR', 'dept-21'),
  ];
}
