// Says that a page was acted on.
// arguments: the page's name, and whether it is spent with its document.
const [page, withDocument] = [...arguments];
spend(page, withDocument || fingerprint());
return true;
