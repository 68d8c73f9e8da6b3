// What the page scripts share: how an element is found, and how a page is recognised.
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
// Nobody reads more of one element, and all of it would travel, and be kept, with each look.
const LONGEST = 10_000;
function find(candidates, accepts = () => true) {
  for (let index = 0; index < candidates.length; index++)
    for (const element of deep(document, candidates[index].css))
      if (matches(element, candidates[index]) && accepts(element)) return { candidate: index, element, text: labelOf(element).slice(0, LONGEST) };
  return null;
}
function hashOf(text) {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return hash;
}
// As a reader sees it: what is inside shadow roots is no part of `innerText`.
function textOf(root) {
  let text = root.innerText || '';
  for (const host of [root, ...root.querySelectorAll('*')]) {
    if (!host.shadowRoot) continue;
    for (const child of host.shadowRoot.children) if (child.tagName !== 'STYLE') text += '\n' + textOf(child);
  }
  return text;
}
function content() { return document.body ? textOf(document.body) : ''; }
// A page that was acted on is not recognised again until its text changes, or until what was done
// to it says so.
function fingerprint() { return hashOf(location.href + '\n' + content()); }
function isSpent(page) {
  const spent = document[SPENT];
  if (!spent) return false;
  const marks = [spent['*'], spent[page]].filter(mark => mark !== undefined);
  return marks.some(mark => typeof mark === 'function' ? mark() : mark === true || mark === fingerprint());
}
// What shows itself by an absence is believed once the document has been quiet for so long: lists
// are emptied before they are filled again.
const QUIET = 300;
const begun = Date.now();
let changed = begun;
function isQuiet() { return Date.now() - changed >= QUIET; }
// Watches the document with its open shadow roots; asked again, those that have come since as well.
function watch(observer, watched, root = document) {
  if (!watched.has(root)) {
    watched.add(root);
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  for (const host of root.querySelectorAll('*')) if (host.shadowRoot) watch(observer, watched, host.shadowRoot);
}
// Clicks what `wanted` finds: in a moment, because a dialog that the click opens would hold the
// script for ever; or after a change of the document, within a limit. Who asked has told of a failure
// by then: a click that came later would be nobody's.
const PRESSING = Symbol.for('reauth.pressing');
const PATIENCE = 2000;
function pressSoon(wanted) {
  const attempt = { state: 'waiting' };
  const watched = new WeakSet();
  const observer = new MutationObserver(press);
  const limit = setTimeout(() => attempt.end(), PATIENCE);
  attempt.end = () => {
    observer.disconnect();
    clearTimeout(limit);
    if (attempt.state === 'waiting') attempt.state = 'given up';
  };
  function press() {
    if (attempt.state !== 'waiting') return;
    const element = wanted();
    if (!element) return watch(observer, watched);
    attempt.state = 'pressed';
    attempt.end();
    element.click();
  }
  if (document[PRESSING]) document[PRESSING].end();
  document[PRESSING] = attempt;
  setTimeout(press, 0);
  return attempt;
}
function spend(page, how) { document[SPENT] = Object.assign(document[SPENT] || {}, { [page]: how }); }
function isShown(page) {
  if (isSpent(page.name)) return false;
  if (page.quiet && !isQuiet()) return false;
  if (page.url.length && !page.url.some(pattern => new RegExp(pattern).test(location.href))) return false;
  if (page.absent.length && find(page.absent)) return false;
  return page.signature.length === 0 || page.signature.every(any => find(any));
}
