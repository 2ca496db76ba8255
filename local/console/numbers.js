// Phone numbers in all the ways that people type them.

/** The digits; full-width digits become plain ones. */
export const digits = (number) => String(number ?? '').normalize('NFKC').replace(/\D/g, '');

/** Whether two are the same number: one may lack its country code. */
export function isSame(one, other) {
  const [shorter, longer] = [digits(one), digits(other)].sort((a, b) => a.length - b.length);
  return shorter !== '' && longer.endsWith(shorter);
}

/** As people in China type it; other numbers keep their country code. */
export const national = (number) => number.replace(/^\+86/, '');

/** As WeChat shows a number to its owner. Other texts stay unchanged. */
export const masked = (number) => number.replace(/^(\+?\d{3})\d+(\d{4})(?!\d).*$/, '$1****$2');
