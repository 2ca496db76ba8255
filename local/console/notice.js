// A message, `good` or `error`, in an element that is hidden while empty.

export const notice = (element) => (text, kind = '') => {
  element.textContent = text;
  element.className = `notice ${kind}`;
  element.hidden = text === '';
};
