// Answers which of the wanted pages this document shows, and which candidate of each of its
// elements matched; waits for a change in the document where none is shown yet.
// arguments: pages, where the code goes, milliseconds to wait, what takes the answer.
// Always answers a tagged object, never null: a dialog ends a pending script with null.
const [pages, callback, limit, answer] = [...arguments];
function look() {
  // Half a document looks like another page: a login form without its password field.
  if (document.readyState === 'loading') return null;
  const here = { url: location.href, origin: location.origin, title: document.title.slice(0, 200) };
  for (const page of pages) {
    if (!isShown(page)) continue;
    const elements = {};
    for (const [name, candidates] of Object.entries(page.elements)) {
      const found = find(candidates);
      if (found) elements[name] = found;
    }
    // What the page was recognised by: the candidate of each entry of its signature.
    const signature = page.signature.map(any => find(any).candidate);
    // Which document it was, and what it said: it may be another by the time it is acted on.
    document[NAME] ??= Math.random().toString(36).slice(2);
    const seen = { document: document[NAME], fingerprint: fingerprint(), content: hashOf(content()) };
    return { tag: 'page', page: page.name, elements, signature, ...seen, ...here };
  }
  for (const page of pages) {
    const found = page.frame.length && find(page.frame);
    if (found) return { tag: 'frame', page: page.name, frame: found, ...here };
  }
  return null;
}

// The browser's own page for a host that it could not reach: nothing will change on it.
if (location.protocol === 'chrome-error:') {
  answer({ tag: 'unreachable', url: location.href, title: document.title.slice(0, 200) });
  return;
}
// A callback on this machine, which we answer ourselves: nothing will change there either.
if (location.origin + location.pathname === callback) {
  answer({ tag: 'callback', url: location.origin, title: document.title.slice(0, 200) });
  return;
}
let ended = false;
const watched = new WeakSet();
const observer = new MutationObserver(() => { changed = Date.now(); soon(); });
let pending = false;
let quiet;
function soon() {
  if (pending || ended) return;
  pending = true;
  setTimeout(() => { pending = false; check(); }, 0);
}
const EVENTS = ['readystatechange', 'DOMContentLoaded', 'load', 'hashchange', 'popstate', 'pageshow', 'transitionend'];
function end(result) {
  if (ended) return;
  ended = true;
  observer.disconnect();
  clearTimeout(timer);
  clearTimeout(quiet);
  for (const name of EVENTS) { document.removeEventListener(name, soon, true); window.removeEventListener(name, soon, true); }
  answer(result);
}
function check() {
  if (ended) return;
  const result = look();
  if (result) return end(result);
  watch(observer, watched);
  clearTimeout(quiet);
  if (!isQuiet()) quiet = setTimeout(soon, changed + QUIET - Date.now());
}
const timer = setTimeout(() => end({
  tag: 'nothing', url: location.href, title: document.title.slice(0, 200), ready_state: document.readyState,
}), limit);
for (const name of EVENTS) { document.addEventListener(name, soon, true); window.addEventListener(name, soon, true); }
check();
