// Presses an element of the page that this document shows, found and clicked in one task; soon, where
// it is not there at present: a component may just be rendering. Nothing is waited for in another
// document than the page was seen in.
// arguments: the page as the recogniser takes it, the element's name, the origin and the document it
// was seen at, and whether the page is spent with its document.
const [page, name, origin, seenIn, withDocument] = [...arguments];
function wanted() {
  return location.origin === origin && isShown(page) ? find(page.elements[name]) : null;
}
if (location.origin !== origin || document[NAME] !== seenIn) return false;
pressSoon(() => {
  const found = wanted();
  if (!found) return null;
  spend(page.name, withDocument || fingerprint());
  return found.element;
});
return true;
