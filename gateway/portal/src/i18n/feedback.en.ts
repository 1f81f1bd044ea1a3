import type zh from './feedback.zh-CN';

const en: typeof zh = {
  feedback: {
    title: 'Feedback', about: 'About the page', text: 'What you have to say', send: 'Send', sent: 'Sent. The answer will be shown here.', mine: 'What I said before', none: 'No feedback yet.', noneOpen: 'Nothing waits for an answer.', answer: 'Answer', answered: 'Answered', answeredBy: 'Answered by {account} at {time}', open: 'Waits', by: 'Account', at: 'When', hint: 'Only the account and the address of the page are kept; please write nothing personal.',
    toAll: 'All feedback', show: 'Show', reply: 'Answer this', replyAgain: 'Change the answer', changed: 'Somebody else has just answered; look before you change it.',
  },
};
export default en;
