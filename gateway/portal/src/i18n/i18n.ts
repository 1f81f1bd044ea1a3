// Chinese first, English second; the person's choice is kept in the browser.
import { createI18n } from 'vue-i18n';
import { ApiError } from '@/api/error';
import zh from './zh-CN';

export type Language = 'zh-CN' | 'en';

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Language,
  fallbackLocale: 'zh-CN' as Language,
  messages: { 'zh-CN': zh } as Record<Language, typeof zh>,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
});

const STORED = 'yaoshi.language';

export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default);
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

export const language = (): Language => i18n.global.locale.value;

/** Sets the language that was chosen before. */
export async function restoreLanguage(): Promise<void> {
  if (localStorage.getItem(STORED) === 'en') await setLanguage('en');
}

/** A time of the record, RFC 3339, as a person reads it. */
export const momentText = (time: string): string => i18n.global.d(new Date(time), { dateStyle: 'short', timeStyle: 'short' });

/** What went wrong, in the person's language. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return language() === 'zh-CN' ? error.chinese : error.message;
  return error instanceof Error ? error.message : String(error);
}
