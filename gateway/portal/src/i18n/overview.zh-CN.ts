export default {
  overview: {
    title: '市级总览', hall: '大屏模式', leaveHall: '退出大屏', figures: '指标', byRegion: '各县区与功能区', byField: '按领域', funnel: '项目阶段', share: '占比', soon: '时限提醒', warnings: '最新预警', noWarnings: '没有预警。', warnedOn: '{day} 预警',
    noProjects: '尚无项目的清单：{lists}', openFigure: '{title}：{value}，查看口径和明细', partOf: '{group}·{figure}', metric: '按什么着色', noneThere: '没有项目', medianDays: '停留天数（中位）', maxDays: '停留天数（最长）', noLists: '还没有清单。', otherLists: '其他清单', attachedTo: '各部分针对', allProjects: '全部项目',
    yearOnYear: '同比 {change}', yearBefore: '上年同日 {value}',
  },
  regionPage: { inList: '在清单中打开', largest: '总投资最大的项目' },
  approvalsPart: { title: '前期手续审批', none: '这张清单还没有须办结的前期手续。', by_stages: '审批阶段', by_departments: '审批部门', by_regions: '区划', completion_rate: '完成率', required: '须办结', completed: '已办结', late: '超时限' },
  soon: { starts_late: '应开工未开工', starts_due: '30 天内应开工', procedures_late: '超时限的手续', procedures_due: '10 天内到期的手续' },
  soonDefinition: {
    starts_late: '拟开工日期早于查询日期，仍处于谋划、储备或前期阶段的项目。', starts_due: '拟开工日期在查询日期当天或其后 30 天内，仍处于谋划、储备或前期阶段的项目。',
    procedures_late: '查询日期当天正在办理、已超过承诺时限的手续。', procedures_due: '查询日期当天正在办理、时限在当天或其后 10 天内届满的手续。',
  },
  figureName: { projects: '项目数', total_investment: '总投资', planned_investment: '当年计划投资', required: '须办结手续', completed: '已办结手续', completion_rate: '前期手续完成率', completion_rate_change_yoy: '完成率同比', ready_projects: '手续全部办结项目', ready_rate: '手续全部办结占比' },
  serviceName: { registry: '项目库', preapproval: '前期手续' },
  awayReason: { UNAVAILABLE: '没有应答', DEADLINE_EXCEEDED: '应答超时' },
  partName: { figures: '指标', trends: '走势与同比', lists: '清单与单位名录', funnel: '项目阶段', sums: '区划与领域汇总', starts: '开工提醒', procedures: '手续提醒', rates: '审批完成率', warnings: '预警', largest: '最大的项目' },
  warningKind: { KIND_UNSPECIFIED: '未定', DUE_SOON: '将到期', OVERDUE: '超时限', LEGALLY_OVERDUE: '超法定时限', EXPIRES_SOON: '批复将失效', START_AT_RISK: '开工有风险', OBLIGATION_OVERDUE: '补交逾期' },
};
