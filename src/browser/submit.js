// Presses the button of a form that was filled, if it still holds what was typed: found, looked at and
// clicked in one task, so that no form is sent that was rendered again meanwhile.
// arguments: the page as the recogniser takes it, the button's name, the document it was seen in,
// the fields with the length of what was typed, what is spent with the document.
const [page, name, shown, typed, spent] = [...arguments];
const SENT = Symbol.for('reauth.sent');
function isFilled({ element, length }) {
  const found = find(page.elements[element]);
  if (!found) return false;
  const most = found.element.maxLength;
  return found.element.value.length >= (most >= 0 ? Math.min(most, length) : length);
}
// A driver carries a script out again if the document went away under it: perhaps by this very click.
if (document[NAME] !== shown) return 'gone';
const sent = document[SENT] || (document[SENT] = {});
if (sent[page.name]) return 'sent';
const button = find(page.elements[name]);
if (!isShown(page) || !button || !typed.every(isFilled)) return 'unfilled';
sent[page.name] = true;
spend(spent, true);
button.element.click();
return 'sent';
