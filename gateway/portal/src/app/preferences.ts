// How the portal looks for this person: light or dark, normal or large letters. Kept in the browser.
import { reactive, watchEffect } from 'vue';

const STORED = 'yaoshi.look';

interface Look {
  theme: 'light' | 'dark';
  large: boolean;
}

function stored(): Partial<Look> {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Look>;
  } catch {
    return {};
  }
}

export const look = reactive<Look>({ theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', large: false, ...stored() });

/** Keeps the page's classes and the stored choice as `look` says. */
export function applyLook(): void {
  watchEffect(() => {
    document.documentElement.classList.toggle('dark', look.theme === 'dark');
    document.documentElement.classList.toggle('large', look.large);
    localStorage.setItem(STORED, JSON.stringify(look));
  });
}
