// Phone numbers, however they are typed.

/** The digits, of full-width ones too. */
export const digits = (number) => String(number ?? '').normalize('NFKC').replace(/\D/g, '');

/** Whether two are the same number: one of them may lack its country. */
export function isSame(one, other) {
  const [shorter, longer] = [digits(one), digits(other)].sort((a, b) => a.length - b.length);
  return shorter !== '' && longer.endsWith(shorter);
}

/** As people in China type it; a number from elsewhere keeps its country. */
export const national = (number) => number.replace(/^\+86/, '');

/** As WeChat shows a number to whom it belongs. What is no number stands as it is. */
export const masked = (number) => number.replace(/^(\+?\d{3})\d+(\d{4})(?!\d).*$/, '$1****$2');
