// Presses an element of the page that this document shows, found and clicked in one task.
// arguments: the page as the recogniser takes it, the element's name, the origin it was seen at,
// and whether the page is spent with its document.
const [page, name, origin, withDocument] = [...arguments];
function wanted() {
  return location.origin === origin && isShown(page) ? find(page.elements[name]) : null;
}
if (!wanted()) return false;
pressSoon(() => {
  const found = wanted();
  if (!found) return null;
  spend(page.name, withDocument || fingerprint());
  return found.element;
});
return true;
