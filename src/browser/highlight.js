// Finds what a person names, and outlines it; tells how much there is of it, in this document and in
// the frames that can be looked into. arguments: kind, value.
const [kind, value] = arguments;
const OUTLINED = Symbol.for('reauth.outlined');
const CLEAR = () => { for (const { undo } of document[OUTLINED] || []) undo(); document[OUTLINED] = []; };
CLEAR();
if (kind === 'none') return { elements: 0, visible: 0, frames: [], closed: 0, error: null };
function* inside(root) {
  if (kind === 'elements') {
    if (root === document) yield* value;
  } else if (kind === 'candidate') {
    for (const element of deep(root, value.css)) if (matches(element, { ...value, hidden: true })) yield element;
  } else if (kind === 'xpath') {
    const found = root.evaluate(value, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    for (let i = 0; i < found.snapshotLength; i++)
      if (found.snapshotItem(i).nodeType === Node.ELEMENT_NODE) yield found.snapshotItem(i);
  } else if (kind === 'text') {
    for (const element of deep(root, 'a, button, input, label, th, td, span, p, h1, h2, h3, option, [role]'))
      if (labelOf(element) === value) yield element;
  } else if (kind === 'row') {
    for (const row of deep(root, 'tr'))
      if (!row.querySelector('tr') && value.every(text => textOf(row).includes(text))) yield row;
  } else {
    yield* deep(root, value);
  }
}
function outline(element) {
  const { outline, outlineOffset } = element.style;
  const had = element.hasAttribute('style');
  const redo = () => Object.assign(element.style, { outline: '3px solid #e5007d', outlineOffset: '-1px' });
  const undo = () => {
    Object.assign(element.style, { outline, outlineOffset });
    if (!had && !element.getAttribute('style')) element.removeAttribute('style');
  };
  redo();
  // Pictures are taken without it: what they show is to be the page's own.
  document[OUTLINED].push({ undo, redo });
}
const frames = [];
let closed = 0;
function look(root, name) {
  const found = [...new Set(inside(root))];
  const shown = found.filter(isVisible);
  shown.forEach(outline);
  if (name !== null && found.length) frames.push([name, found.length]);
  if (shown.length) shown[0].scrollIntoView({ block: 'center' });
  for (const frame of deep(root, 'iframe, frame')) {
    let inner = null;
    try { inner = frame.contentDocument; } catch { /* of another site */ }
    if (inner) look(inner, frame.title || frame.name || frame.id || 'without a name'); else closed += 1;
  }
  return [found.length, shown.length];
}
try {
  const [elements, visible] = look(document, null);
  return { elements, visible, frames, closed, error: null };
} catch (error) {
  return { elements: 0, visible: 0, frames: [], closed: 0, error: String(error.message || error).slice(0, 300) };
}
