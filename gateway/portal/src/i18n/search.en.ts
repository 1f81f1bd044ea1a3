// Search.
export default {
  search: {
    title: 'Search projects', label: 'Search projects (key /)', placeholder: 'Title, code or pinyin initials', words: 'Words', region: 'Only the region', allRegions: 'All regions', go: 'Search', results: 'Results', suggestions: 'Projects that fit', all: 'All results for “{words}”',
    hint: 'Type words of the title, a project code, or the pinyin initials of the title: “ytgc” finds 引洮工程. Of several words, divided by blanks, all must fit.', none: 'No project fits. Try another word, or one word less.', count: '{count} found', more: 'The best {count} are listed: add a word, or choose a region.', counted: '{count} projects fit',
    past: 'Projects are found as they are now; once opened, they are shown as of {date}.',
  },
};
