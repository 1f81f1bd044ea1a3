// 搜索.
export default {
  search: {
    title: '搜索项目', label: '搜索项目（按 / 键）', placeholder: '名称、代码或拼音首字母', words: '搜索词', region: '只看区划', allRegions: '全部区划', go: '搜索', results: '搜索结果', suggestions: '可能的项目', all: '查看“{words}”的全部结果',
    hint: '写项目名称中的词、项目代码，或名称的拼音首字母，例如“ytgc”可以找到“引洮工程”；多个词用空格分开，都满足才算找到。', none: '没有找到符合的项目。换一个词，或者少写一个词。', count: '找到 {count} 项', more: '只列出最相符的 {count} 项，请再加一个词，或者选择区划。', counted: '{count} 个可能的项目',
    past: '搜索的是现在的项目；打开以后看到的是 {date} 当天的情况。',
  },
};
