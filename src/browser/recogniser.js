// Answers which of the wanted pages this document shows, and which candidate of each of its
// elements matched; waits for a change in the document where none is shown yet.
// arguments: pages, inFrame, where the code goes, milliseconds to wait, what takes the answer.
// Always answers a tagged object, never null: a dialog ends a pending script with null.
const [pages, inFrame, callback, limit, answer] = [...arguments];
const SPENT = Symbol.for('reauth.spent');
const NAME = Symbol.for('reauth.document');

function isVisible(element) {
  if (element.getClientRects().length === 0) return false;
  if (element.checkVisibility && !element.checkVisibility({ visibilityProperty: true })) return false;
  return true;
}
function normalised(text) { return (text || '').replace(/\s+/g, ' ').trim(); }
function labelOf(element) {
  const label = element.tagName === 'INPUT' && /^(submit|button|reset)$/.test(element.type)
    ? element.value : element.innerText || element.textContent;
  return normalised(label || element.getAttribute('aria-label') || element.title);
}
// Open shadow roots are looked through: Lightning puts frames and fields into them.
function* deep(root, css) {
  yield* root.querySelectorAll(css);
  for (const host of root.querySelectorAll('*')) if (host.shadowRoot) yield* deep(host.shadowRoot, css);
}
function matches(element, candidate) {
  if (!candidate.hidden && !isVisible(element)) return false;
  if (candidate.text && !candidate.text.includes(labelOf(element))) return false;
  if (candidate.contains && !candidate.contains.some(part => labelOf(element).includes(part))) return false;
  return true;
}
function find(candidates) {
  for (let index = 0; index < candidates.length; index++)
    for (const element of deep(document, candidates[index].css))
      if (matches(element, candidates[index])) return { candidate: index, element, text: labelOf(element) };
  return null;
}
// What is inside shadow roots is no part of `innerText`. The same function marks the page as spent.
function textOf(root) {
  let text = root.innerText || '';
  for (const host of [root, ...root.querySelectorAll('*')]) {
    if (!host.shadowRoot) continue;
    for (const child of host.shadowRoot.children) text += '\n' + textOf(child);
  }
  return text;
}
function hashOf(text) {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return hash;
}
function content() { return document.body ? textOf(document.body) : ''; }
// A page that was acted on is not recognised again until its text changes.
function fingerprint() { return hashOf(location.href + '\n' + content()); }
function isSpent(page) {
  const spent = document[SPENT];
  if (!spent) return false;
  const marks = [spent['*'], spent[page]].filter(mark => mark !== undefined);
  return marks.some(mark => mark === true || mark === fingerprint());
}
function isShown(page) {
  if (isSpent(page.name)) return false;
  if (page.url.length && !page.url.some(pattern => new RegExp(pattern).test(location.href))) return false;
  if (page.absent.length && find(page.absent)) return false;
  return page.signature.length === 0 || page.signature.every(any => find(any));
}
function look() {
  // Half a document looks like another page: a login form without its password field.
  if (document.readyState === 'loading') return null;
  const here = { url: location.href, origin: location.origin, title: document.title };
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
  if (inFrame) return null;
  for (const page of pages) {
    const found = page.frame.length && find(page.frame);
    if (found) return { tag: 'frame', page: page.name, frame: found, ...here };
  }
  return null;
}

// The browser's own page for a host that it could not reach: nothing will change on it.
if (location.protocol === 'chrome-error:') {
  answer({ tag: 'unreachable', url: location.href, title: document.title });
  return;
}
// A callback on this machine, which we answer ourselves: nothing will change there either.
if (location.origin + location.pathname === callback) {
  answer({ tag: 'callback', url: location.origin, title: document.title });
  return;
}
let ended = false;
const roots = new WeakSet();
const observer = new MutationObserver(soon);
function observe(root) {
  if (roots.has(root)) return;
  roots.add(root);
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
}
function observeAll(root) {
  observe(root);
  for (const host of root.querySelectorAll('*')) if (host.shadowRoot) observeAll(host.shadowRoot);
}
let pending = false;
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
  for (const name of EVENTS) { document.removeEventListener(name, soon, true); window.removeEventListener(name, soon, true); }
  answer(result);
}
function check() {
  if (ended) return;
  const result = look();
  if (result) return end(result);
  observeAll(document);
}
const timer = setTimeout(() => end({
  tag: 'nothing', url: location.href, title: document.title, ready_state: document.readyState,
}), limit);
for (const name of EVENTS) { document.addEventListener(name, soon, true); window.addEventListener(name, soon, true); }
check();
