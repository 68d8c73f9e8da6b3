// Reads the table whose header row has all the columns needed. arguments: [{key, texts, needed}, …]
const columns = arguments[0];
function normalised(text) { return (text || '').replace(/\s+/g, ' ').trim(); }
function* deep(root, css) {
  yield* root.querySelectorAll(css);
  for (const host of root.querySelectorAll('*')) if (host.shadowRoot) yield* deep(host.shadowRoot, css);
}
for (const table of deep(document, 'table')) {
  const rows = [...table.rows];
  // Layout tables hold the table that is meant: only a row of this very table counts.
  const header = rows.find(row => columns.every(({ texts, needed }) => !needed ||
    [...row.cells].some(cell => !cell.querySelector('table') && texts.includes(normalised(cell.innerText)))));
  if (!header) continue;
  const at = columns
    .map(({ key, texts }) => [key, [...header.cells].findIndex(cell => texts.includes(normalised(cell.innerText)))])
    .filter(([, index]) => index >= 0);
  return {
    tag: 'table',
    rows: rows.slice(rows.indexOf(header) + 1).filter(row => row.cells.length === header.cells.length).map(row => ({
      cells: Object.fromEntries(at.map(([key, index]) => {
        const cell = row.cells[index];
        const links = [...cell.querySelectorAll('a[href]')];
        return [key, { text: normalised(cell.innerText), links: links.map(a => a.getAttribute('href')) }];
      })),
      controls: [...row.querySelectorAll('a, button, input[type=submit], input[type=button]')].map(control => ({
        label: normalised(control.tagName === 'INPUT' ? control.value : control.innerText),
        element: control,
      })),
    })),
  };
}
return { tag: 'none' };
