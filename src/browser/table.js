// Reads the table whose header row has all the columns needed. arguments: [{key, texts, needed}, …]
const columns = arguments[0];
function normalised(text) { return (text || '').replace(/\s+/g, ' ').trim(); }
function* deep(root, css) {
  yield* root.querySelectorAll(css);
  for (const host of root.querySelectorAll('*')) if (host.shadowRoot) yield* deep(host.shadowRoot, css);
}
// As a reader sees it, shadow roots looked through.
function textOf(root) {
  let text = root.innerText || '';
  for (const host of [root, ...root.querySelectorAll('*')]) {
    if (!host.shadowRoot) continue;
    for (const child of host.shadowRoot.children) if (child.tagName !== 'STYLE') text += ' ' + textOf(child);
  }
  return text;
}
// Lightning's sortable headers say more than their column's name, and that in an attribute.
function isHeader(cell, texts) {
  return texts.includes(normalised(textOf(cell))) || texts.includes(normalised(cell.getAttribute('aria-label')));
}
// What a control says; an icon says it to assistive technology only.
function labelOf(control) {
  if (control.tagName === 'INPUT') return normalised(control.value);
  return normalised(textOf(control)) || normalised(control.getAttribute('aria-label')) || normalised(control.title);
}
for (const table of deep(document, 'table')) {
  const rows = [...table.rows];
  // Layout tables hold the table that is meant: only a row of this very table counts.
  const header = rows.find(row => columns.every(({ texts, needed }) => !needed ||
    [...row.cells].some(cell => !cell.querySelector('table') && isHeader(cell, texts))));
  if (!header) continue;
  const at = columns
    .map(({ key, texts }) => [key, [...header.cells].findIndex(cell => isHeader(cell, texts))])
    .filter(([, index]) => index >= 0);
  return {
    tag: 'table',
    rows: rows.slice(rows.indexOf(header) + 1).filter(row => row.cells.length === header.cells.length).map(row => ({
      cells: Object.fromEntries(at.map(([key, index]) => {
        const cell = row.cells[index];
        const links = [...deep(cell, 'a[href]')];
        return [key, { text: normalised(textOf(cell)), links: links.map(a => a.getAttribute('href')) }];
      })),
      controls: [...deep(row, 'a, button, input[type=submit], input[type=button]')].map(control => ({
        label: labelOf(control),
        element: control,
      })),
    })),
  };
}
return { tag: 'none' };
