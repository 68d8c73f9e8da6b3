// Reads the table in one piece, so that no half of it is from before a change.
// arguments: [{key, texts, needed}, …], the candidates of what leads to the next page, milliseconds
// to wait, what takes the answer.
// Lists are emptied before they are filled again: that one is empty is believed once it is quiet.
const [columns, next, limit, answer] = [...arguments];
let timer;
let quiet;
const observer = new MutationObserver(() => { changed = Date.now(); attempt(); });
function end(result) {
  observer.disconnect();
  clearTimeout(timer);
  clearTimeout(quiet);
  answer(result);
}
function attempt() {
  const table = readTable(columns);
  if (table && (table.rows.length > 0 || isQuiet())) {
    const more = nextIn(next);
    return end({ tag: 'table', more: more && more.candidate, mark: markOf(table), headers: table.headers, rows: table.rows.map(({ row, cells }) => ({
      cells, controls: controlsOf(row).map(({ label }) => label),
    })) });
  }
  if (!table && isQuiet()) return end({ tag: 'none' });
  clearTimeout(quiet);
  quiet = setTimeout(attempt, Math.max(1, changed + QUIET - Date.now()));
}
timer = setTimeout(() => end({ tag: 'restless' }), limit);
observer.observe(document, { subtree: true, childList: true, characterData: true });
attempt();
