// The page's language, and the switch. Each part of the page listens for the event `language` and redraws itself.

import { texts } from './texts.js';

const KEY = 'language';
let language = localStorage.getItem(KEY) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');

/** The text with this name; values replace {…}. */
export function t(name, values = {}) {
  return texts[language][name].replace(/\{(\w+)\}/g, (_, value) => values[value]);
}

/** Whether there is a text with this name. */
export const hasText = (name) => name in texts[language];

/** For `Accept-Language`, and for dates. */
export const languageTag = () => (language === 'zh' ? 'zh-CN' : 'en-GB');

/** Calls `draw` now and whenever the language changes. */
export function inEachLanguage(draw) {
  document.addEventListener('language', draw);
  draw();
}

function speak(to) {
  language = to;
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  document.title = t(document.body.dataset.title);
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', t(element.dataset.label));
  }
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language));
  }
  document.dispatchEvent(new Event('language'));
}

/** Applies the language to the page and connects the switch. */
export function startLanguage() {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      localStorage.setItem(KEY, button.dataset.language);
      speak(button.dataset.language);
    });
  }
  speak(language);
}
