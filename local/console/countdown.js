// The button that requests a code, and its countdown for each number.

import { inEachLanguage, t } from './language.js';

const again = new Map();

/** Disables `button` while the number from `numberOf` has to wait. */
export function startCountdown(button, numberOf) {
  const draw = () => {
    const seconds = Math.ceil(((again.get(numberOf()) ?? 0) - Date.now()) / 1000);
    button.disabled = seconds > 0 || button.dataset.busy !== undefined;
    button.textContent = seconds > 0 ? t('resend', { seconds }) : t('send');
  };
  inEachLanguage(draw);
  setInterval(draw, 250);
  return {
    draw,
    wait: (number, seconds) => {
      again.set(number, Date.now() + seconds * 1000);
      draw();
    },
  };
}
