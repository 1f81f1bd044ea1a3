import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-input.css';
import './app/style.css';
import { createApp } from 'vue';
import App from './app/App.vue';
import { applyLook } from './app/preferences';
import { router } from './app/router';
import { i18n, restoreLanguage } from './i18n/i18n';
import { askEarly } from './overview/early';
import { attend } from './session/attended';
import { session } from './session/session';

/** Copying one amount gives the exact yuan, not the rounded 万元 or 亿元 that is shown. */
function copyExact(event: ClipboardEvent): void {
  const selection = getSelection();
  const node = selection?.anchorNode;
  const amount = (node instanceof Element ? node : node?.parentElement)?.closest('data.money');
  if (!amount || !selection || !amount.contains(selection.focusNode)) return;
  event.clipboardData?.setData('text/plain', amount.getAttribute('value') ?? '');
  event.preventDefault();
}

applyLook();
attend();
document.addEventListener('copy', copyExact);
askEarly();
const app = createApp(App).use(i18n).use(router); // The router begins to load its page at once.
void Promise.all([restoreLanguage(), session.resume()]).then(() => app.mount('#app'));
