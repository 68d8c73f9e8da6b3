// Presses a control in the row that reads as expected. Between a reading and a click by reference
// the list may be rendered again: so the row is found and its control clicked in one task.
// arguments: columns, the expected cells, what the control may say, the page's name.
const [columns, expected, labels, page] = [...arguments];
function alike() {
  const table = readTable(columns);
  return table && { all: table.rows.length, rows: table.rows.filter(({ cells }) =>
    expected.every(({ key, text, links }) => (cells[key] ? cells[key].text : '') === text &&
      (!links || JSON.stringify(cells[key].links) === JSON.stringify(links)))) };
}
function controlsIn(row) { return controlsOf(row).filter(({ label }) => labels.includes(label)); }
const now = alike();
if (!now || now.rows.length === 0) return { tag: 'gone' };
const controls = controlsIn(now.rows[0].row);
if (controls.length !== 1) return { tag: 'controls', count: controls.length };
let before = 0;
const attempt = pressSoon(() => {
  const now = alike();
  const controls = now && now.rows.length > 0 ? controlsIn(now.rows[0].row) : [];
  if (controls.length !== 1) return null;
  before = now.rows.length;
  return controls[0].element;
});
// The page is another when fewer rows read so; an empty list is believed once it is quiet. Where the
// press was given up, the page is what it was.
let moved = Date.now();
new MutationObserver(() => { moved = Date.now(); }).observe(document, { subtree: true, childList: true, characterData: true });
spend(page, () => {
  if (attempt.state !== 'pressed') return attempt.state === 'waiting';
  const now = alike();
  if (now && now.all > 0) return now.rows.length >= before;
  return Date.now() - moved < QUIET;
});
return { tag: 'pressing' };
