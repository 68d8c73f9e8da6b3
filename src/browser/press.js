// Presses an element of the page that this document shows, found and clicked in one task.
// arguments: the page as the recogniser takes it, the element's name, the origin it was seen at,
// and whether the page is spent with its document.
const [page, name, origin, withDocument] = [...arguments];
function press() {
  if (location.origin !== origin || !isShown(page)) return false;
  const found = find(page.elements[name]);
  if (!found) return false;
  document[SPENT] = Object.assign(document[SPENT] || {}, { [page.name]: withDocument || fingerprint() });
  found.element.click();
  return true;
}
if (location.origin !== origin || !isShown(page) || !find(page.elements[name])) return false;
setTimeout(() => {
  if (press()) return;
  const observer = new MutationObserver(() => { if (press()) observer.disconnect(); });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
}, 0);
return true;
