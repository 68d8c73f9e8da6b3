// What the table scripts share: a table is the one whose header row has all the columns needed.
function readTable(columns) {
  for (const table of deep(document, 'table')) {
    const rows = [...table.rows];
    // Layout tables hold the table that is meant: only a row of this very table counts.
    const header = rows.find(row => columns.every(({ texts, needed }) => !needed ||
      [...row.cells].some(cell => !cell.querySelector('table') && isHeader(cell, texts))));
    if (!header) continue;
    const at = columns
      .map(({ key, texts }) => [key, [...header.cells].findIndex(cell => isHeader(cell, texts))])
      .filter(([, index]) => index >= 0);
    const body = rows.slice(rows.indexOf(header) + 1).filter(row => row.cells.length === header.cells.length);
    return { headers: [...header.cells].map(cell => normalised(cell.innerText)), rows: body.map(row => readRow(row, at)) };
  }
  return null;
}
// Lightning's sortable headers say more than their column's name, and that in an attribute.
function isHeader(cell, texts) {
  return texts.includes(normalised(textOf(cell))) || texts.includes(normalised(cell.getAttribute('aria-label')));
}
function readRow(row, at) {
  return {
    row,
    cells: Object.fromEntries(at.map(([key, index]) => {
      const cell = row.cells[index];
      const links = [...deep(cell, 'a[href]')];
      return [key, { text: normalised(textOf(cell)), links: links.map(a => a.getAttribute('href')) }];
    })),
  };
}
// What leads to the next page, unless it says that there is none.
function nextIn(candidates) {
  return find(candidates, element => !element.matches(':disabled') && !element.closest('[aria-disabled=true]'));
}
// What tells this page of a list from another one: its rows, in whatever order, and what is said
// around them, such as its number.
function markOf(table) {
  const rows = table.rows.map(({ row, cells }) => row.outerHTML + JSON.stringify(cells));
  const said = content().split('\n').map(normalised);
  return [rows, said].map(list => hashOf(list.sort().join('\n'))).join(' ');
}
function controlsOf(row) {
  return [...deep(row, 'a, button, input[type=submit], input[type=button]')]
    .map(control => ({ label: labelOf(control), element: control }));
}
