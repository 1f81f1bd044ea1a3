// The columns of a city office's ledger and how a project fills them. One place for workbooks and CSV.

const LABELS = {
  field: {
    AGRICULTURE_WATER: '农业水利', ECOLOGY: '生态环保', TRANSPORT_LOGISTICS: '交通物流', ENERGY: '能源',
    INDUSTRY_INNOVATION: '产业转型升级及科技创新', SOCIAL: '社会民生', CULTURE_TOURISM: '文化旅游', URBAN_INFRASTRUCTURE: '城市基础设施',
  },
  nature: { NEW_CONSTRUCTION: '新建', EXTENSION: '扩建', RECONSTRUCTION: '改建', RELOCATION: '迁建', RESTORATION: '恢复', PURCHASE: '单纯购置' },
  regime: { APPROVAL: '审批', VERIFICATION: '核准', FILING: '备案' },
  kind: { CONTINUING: '续建', NEW_START: '新建', STANDBY: '预备' },
  stage: { PLANNED: '谋划', RESERVED: '储备', PREPARING: '前期', STARTED: '开工', UNDER_CONSTRUCTION: '在建' },
};

const SOURCES = [
  ['中央预算内', 'CENTRAL_BUDGET'], ['其他中央', 'OTHER_CENTRAL'], ['省级', 'PROVINCIAL'], ['市级', 'MUNICIPAL'], ['县级', 'COUNTY_FUNDS'],
  ['专项债券', 'SPECIAL_BOND'], ['银行贷款', 'BANK_LOAN'], ['企业自有', 'OWN_FUNDS'], ['其他', 'OTHER_FUNDS'],
];

/** The Chinese word of a code in a ledger. */
export const label = (kind, code) => LABELS[kind][code];

const yes = (value) => (value ? '是' : '否');

/**
 * Columns as `{heading, group?, width, type, value(row)}`; a row is `{number, project, kind, total, plans, region}`. Types are text,
 * number, and date (as 2022-04-20).
 */
export function columns(years) {
  const text = (heading, width, value) => ({ heading, width, type: 'text', value });
  const number = (heading, value, group) => ({ heading, group, width: 13, type: 'number', value });
  const date = (heading, value) => ({ heading, width: 13, type: 'date', value });
  const own = (name) => (row) => row.project[name];
  const flag = (heading, name) => text(heading, 8, (row) => yes(row.project.attributes[name]));
  const attribute = (heading, name, scale = 1) => number(heading, (row) => row.project.attributes[name] / scale);
  const plans = years.map((year) => [year, (row) => row.plans[year] ?? '']);
  return [
    number('序号', (row) => row.number),
    text('项目名称', 40, own('title')),
    text('项目代码', 26, own('project_code')),
    text('县区', 14, (row) => row.region),
    text('建设地点', 22, own('place')),
    text('国标行业', 9, own('industry')),
    text('所属领域', 18, (row) => label('field', row.project.field)),
    text('建设性质', 9, (row) => label('nature', row.project.nature)),
    text('审批方式', 9, (row) => label('regime', row.project.regime)),
    text('项目单位', 32, own('owner_title')),
    text('统一社会信用代码', 21, own('owner_credit_code')),
    text('主管部门', 18, own('competent_department')),
    text('责任单位', 18, own('responsible_unit')),
    text('责任人', 22, own('responsible_person')),
    text('建设内容及规模', 44, own('content_and_scale')),
    date('拟开工日期', own('planned_start_on')),
    date('拟竣工日期', own('planned_completion_on')),
    number('总投资（万元）', (row) => row.total),
    ...(years.length === 1
      ? plans.map(([year, value]) => number(`${year}年计划投资（万元）`, value))
      : plans.map(([year, value]) => number(`${year}年计划投资`, value, '年度计划（万元）'))),
    ...SOURCES.map(([heading, kind]) => number(heading, (row) => row.project.sources[kind] ?? '', '资金来源（万元）')),
    text('清单类别', 9, (row) => label('kind', row.kind)),
    text('项目阶段', 9, (row) => label('stage', row.project.stage)),
    flag('新增用地', 'uses_new_land'),
    flag('占用耕地', 'uses_cultivated_land'),
    flag('占用林草地', 'uses_forest_or_grass'),
    flag('涉河取水', 'near_river'),
    attribute('用地面积（公顷）', 'site_hectares_e2', 100),
    attribute('土石方（立方米）', 'earthwork_m3'),
    attribute('年综合能耗（吨标煤）', 'energy_tce'),
    attribute('年用电量（千瓦时）', 'electricity_kwh'),
    flag('房建市政', 'building_or_municipal'),
    flag('EPC', 'epc'),
    text('备注', 14, () => ''),
  ];
}
