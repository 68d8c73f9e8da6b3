// Presses what leads to the next page of a table, found and clicked in one task. The page is
// another when its rows are others, in whatever order: lists are rendered again for no reason.
// arguments: columns, the candidates of what leads on, the page's name.
const [columns, candidates, page] = [...arguments];
function rows() {
  const table = readTable(columns);
  if (!table || table.rows.length === 0) return null;
  return table.rows.map(({ cells }) => JSON.stringify(cells)).sort().join('\n');
}
let before = null;
const attempt = pressSoon(() => {
  before = rows();
  const found = before !== null && nextIn(candidates);
  return found && found.element;
});
// A press that was given up has turned to no other page.
spend(page, () => {
  const now = attempt.state === 'pressed' ? rows() : null;
  return now === null || now === before;
});
return true;
