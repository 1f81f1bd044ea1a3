// 推演.
export default {
  scenario: {
    title: '推演', newOne: '新的推演', name: '推演名称', none: '还没有保存过的推演。', hint: '假设开工日期变动、增加手续或调整时限，先看结果，不改动任何数据；值得留下的再保存，保存以后才能实施。', pastDate: '正在查看过去的日期，不能推演。',
    changes: '假设的改动', changeKind: '改动类型', shiftDays: '开工移动的工作日', shiftHint: '个工作日（负数为提前）', newStart: '新的开工日期', chooseProcedure: '选择手续', allProcedures: '全部手续', limitPercent: '时限为原来的百分之几', percentHint: '% 的原时限', oneMore: '再加一项改动', dropChange: '删除第 {number} 项改动',
    dates: '看哪些日期的开工数', dateNumber: '第 {number} 个日期', dropDate: '删除第 {number} 个日期', oneMoreDate: '加一个日期', count: '推演', counting: '正在推演：{subject}', keep: '保存推演', keeping: '正在保存', keepNote: '保存后可以实施或放弃，并留有记录。', limitsNote: '时限由法律和承诺规定，在事项目录中修改；调整时限的推演只供比较，不能实施。',
    elapsed: '已用 {seconds} 秒', stop: '停止等待', asIs: '现在', wouldBe: '推演后', by: '截至', change: '变化', starts: '可开工项目数', compared: '逐项对比', measure: '指标', nothingDiffers: '没有一个项目受影响。', firstOf: '这里列出影响最大的 {shown} 项，共 {all} 项。',
    state: '状态', scope: '范围', countedBy: '推演人和时间', closedBy: '办结人和时间', someCases: '选定的项目', chooseList: '选择清单', again: '重新推演', apply: '实施', drop: '放弃', countedAt: '{account} 于 {time} 推演，按 {day} 的情况计算', appliedAt: '{account} 于 {time} 实施', droppedAt: '{account} 于 {time} 放弃',
    applyTitle: '实施这个推演', applyText: '{count} 个项目的开工日期或手续将按推演改动，要么全部改，要么都不改。', dropTitle: '放弃这个推演', dropText: '放弃以后仍可查看，不能再实施。', applying: '正在办理，涉及 {count} 个项目', conflict: '推演以后有改动的项目：',
    saysStart: '开工日期改为 {date}', saysLater: '开工推迟 {days} 个工作日', saysEarlier: '开工提前 {days} 个工作日', saysProcedure: '增加手续 {code}', saysLimit: '{code}的时限为原来的 {percent} %',
  },
  scenarioChange: { shift: '开工移动若干工作日', start: '开工改到某一天', procedure: '增加一项手续', limit: '调整时限' },
  scenarioSum: { cases: '涉及项目', cases_changed: '受影响', cases_skipped: '无法计算', infeasible: '不能按期开工' },
  scenarioMeasure: { verdict: '能否按期开工', target: '开工日期', forecast: '预计具备条件', float: '机动（工作日）', acceptance: '首个最迟受理日期', added: '增加的手续' },
  scenarioVerdict: { feasible: '能', infeasible: '不能', uncounted: '无法计算' },
  scenarioState: { STATE_UNSPECIFIED: '未定', OPEN: '待定', APPLIED: '已实施', DROPPED: '已放弃' },
};
