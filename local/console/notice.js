// What a person is told, `good` or `error`, in an element that is hidden while there is nothing to tell.

export const notice = (element) => (text, kind = '') => {
  element.textContent = text;
  element.className = `notice ${kind}`;
  element.hidden = text === '';
};
