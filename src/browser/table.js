// What the table scripts share: a table is the one whose header row has all the columns needed.
function readTable(columns) {
  for (const table of deep(document, 'table')) {
    const rows = [...table.rows];
    // Layout tables hold the table that is meant: only a row of this very table counts.
    const header = rows.find(row => columns.every(({ texts, needed }) => !needed ||
      [...row.cells].some(cell => !cell.querySelector('table') && texts.includes(normalised(cell.innerText)))));
    if (!header) continue;
    const at = columns
      .map(({ key, texts }) => [key, [...header.cells].findIndex(cell => texts.includes(normalised(cell.innerText)))])
      .filter(([, index]) => index >= 0);
    const body = rows.slice(rows.indexOf(header) + 1).filter(row => row.cells.length === header.cells.length);
    return { headers: [...header.cells].map(cell => normalised(cell.innerText)), rows: body.map(row => readRow(row, at)) };
  }
  return null;
}
function readRow(row, at) {
  return {
    row,
    cells: Object.fromEntries(at.map(([key, index]) => {
      const cell = row.cells[index];
      const links = [...cell.querySelectorAll('a[href]')];
      return [key, { text: normalised(cell.innerText), links: links.map(a => a.getAttribute('href')) }];
    })),
  };
}
function controlsOf(row) {
  return [...row.querySelectorAll('a, button, input[type=submit], input[type=button]')]
    .map(control => ({ label: labelOf(control), element: control }));
}
