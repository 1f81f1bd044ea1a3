// 模板迁移.
export default {
  migration: {
    title: '模板迁移', newOne: '新的迁移', none: '还没有迁移过。', hint: '把正在办理的档案从一个审批流程模板迁到另一个：先预览对每个档案的影响，保存以后才能实施；实施后发现不对，可以整体撤回。', pastDate: '正在查看过去的日期，不能迁移。',
    what: '从哪个模板到哪个模板', from: '现在的模板', to: '迁到的模板', allCases: '这个模板的全部档案', rules: '新模板没有的手续怎么办', noRules: '旧模板的手续新模板都有，不需要另作规定。', becomes: '{code}怎么办', why: '{code}的理由', dropped: '不再办理', goesOnAs: '作为 {code} 继续办理', skip: '不能迁移的档案保持原样，其余照迁',
    preview: '预览', previewing: '正在逐个档案预览', keep: '保存迁移', keepNote: '保存只留下预览，不改动任何档案；实施前档案有变动的，会指名拒绝。', noCases: '没有符合条件的档案。',
    totals: '各项手续的变化', nothing: '没有可以迁移的档案。', kept: '{count} 项手续不变。', code: '手续', effect: '变化', eachCase: '逐个档案', verdict: '能否迁移', may: '可以迁移', changes: '哪些手续有变化', asBefore: '手续不变', firstOf: '这里列出前 {shown} 个，不能迁移的在前，共 {all} 个。',
    previewedBy: '预览人和时间', appliedBy: '实施人和时间', revertedBy: '撤回人和时间', previewedAt: '{account} 于 {time} 预览，按 {day} 的情况计算', appliedAt: '{account} 于 {time} 实施：{reason}', revertedAt: '{account} 于 {time} 撤回：{reason}', heldBack: '有 {count} 个档案不能迁移，所以整个迁移不能实施。请重新建立迁移，选择“不能迁移的档案保持原样”，或者先办完这些手续。',
    apply: '实施', revert: '撤回', applyTitle: '实施这次迁移', applyText: '{count} 个档案将换用新模板，已经开始的手续接着办；要么全部换，要么都不换。', revertTitle: '撤回这次迁移', revertText: '{count} 个档案将换回原来的模板；实施以后又办过手续的档案会指名拒绝。', working: '正在办理，涉及 {count} 个档案', inTheWay: '有变动的项目：',
  },
  migrationState: { STATE_UNSPECIFIED: '未定', PREVIEWED: '待实施', APPLIED: '已实施', REVERTED: '已撤回' },
  migrationEffect: { EFFECT_UNSPECIFIED: '未定', KEPT: '不变', MAPPED: '改代码继续办', NEWLY_REQUIRED: '新增要办', NO_LONGER_REQUIRED: '不必再办', RETAINED: '已开始，保留备查', REFUSED: '正在审批，不能迁移' },
  migrationSum: { cases: '涉及档案', refused: '不能迁移' },
  baseline: {
    title: '基线', none: '还没有基线。', number: '第几次', opening: '建档时', setOn: '确定日期', method: '因为什么', reason: '说明', target: '目标开工', shortfall: '当时', fits: '可以按期', short: '晚 {days} 个工作日', plan: '第 {number} 次基线：当时怎么计划，现在怎么样', openingPlan: '建档时怎么计划，现在怎么样', missing: '当时不能计算：{reason}', noCurrent: '现在的计划不能计算：{reason}', show: '查看第 {number} 次基线', showOpening: '查看建档时的基线', view: '查看',
    need: '还需要吗', latestStart: '当时最迟开始', latestAcceptance: '当时最迟受理', latestFinish: '当时最迟办结', nowLatest: '现在最迟办结', nowFinish: '实际或预计办结', behind: '比当时（工作日）', late: '晚 {days}', early: '早 {days}', same: '正好', hint: '每次改变目标开工日期、需办的手续或模板，都留下一条基线，用来对照当时的计划。',
  },
  baselineNeed: { NEED_UNSPECIFIED: '未定', KEPT: '仍要办', DROPPED_SINCE: '后来不办了', ADDED_SINCE: '后来增加' },
  baselineMethod: { OpenCase: '建立档案', SetTargetStart: '改目标开工日期', ReassessCase: '重新核定手续', ApplyScenario: '实施推演', ApplyCaseMigration: '模板迁移', RevertCaseMigration: '撤回模板迁移' },
};
