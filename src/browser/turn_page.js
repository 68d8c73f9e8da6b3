// Presses what leads to the next page of a table, found and clicked in one task. The page is
// another when its rows are others, in whatever order: lists are rendered again for no reason.
// arguments: columns, the candidates of what leads on, the page's name.
const [columns, candidates, page] = [...arguments];
function rows() {
  const table = readTable(columns);
  if (!table || table.rows.length === 0) return null;
  return table.rows.map(({ cells }) => JSON.stringify(cells)).sort().join('\n');
}
function spend(isSpent) { document[SPENT] = Object.assign(document[SPENT] || {}, { [page]: isSpent }); }
function press() {
  const before = rows();
  const found = before !== null && find(candidates);
  if (!found) return false;
  spend(() => { const now = rows(); return now === null || now === before; });
  found.element.click();
  return true;
}
spend(true);
setTimeout(() => {
  if (press()) return;
  const observer = new MutationObserver(() => { if (press()) observer.disconnect(); });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
}, 0);
return true;
