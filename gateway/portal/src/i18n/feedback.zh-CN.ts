// 意见反馈.
export default {
  feedback: {
    title: '意见反馈', about: '关于页面', text: '意见或建议', send: '提交', sent: '已提交，答复后会显示在这里。', mine: '我提过的意见', none: '还没有意见。', noneOpen: '没有等待答复的意见。', answer: '答复', answered: '已答复', answeredBy: '{account} 于 {time} 答复', open: '待答复', by: '提出账号', at: '提出时间', hint: '只记录账号名称和页面地址，请不要填写个人信息。',
    toAll: '查看全部意见', show: '显示', reply: '答复这条意见', replyAgain: '修改答复', changed: '别人刚刚答复过，请看过后再改。',
  },
};
