// The document that commands go to, as HTML that can be read and opened: an element a line, open shadow
// roots declared. Without scripts and styles, without what stands in fields, and of addresses and long
// attributes only what names them. arguments: limits.
const { most, attribute: longest } = arguments[0];
const LEFT_OUT = new Set(['script', 'style', 'link', 'meta', 'noscript', 'template', 'object', 'embed']);
const EMPTY = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'source', 'track', 'wbr']);
const ADDRESSES = new Set(['href', 'src', 'action', 'formaction', 'poster', 'cite', 'data', 'xlink:href']);
const BUTTONS = /^(submit|button|reset)$/;
function cut(address) {
  try {
    const url = new URL(address, location.href);
    if (url.protocol === 'javascript:') return 'javascript:…';
    if (url.protocol === 'data:') return 'data:…';
    const names = [...url.searchParams.keys()];
    url.search = names.map(name => encodeURIComponent(name) + '=…').join('&');
    url.hash = '';
    url.username = url.password = '';
    return decodeURI(url.href).replace(/;[^/?]*/g, ';…');
  } catch { return '…'; }
}
const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const lines = [];
let length = 0;
function put(depth, text) {
  const line = ' '.repeat(Math.min(depth, 40)) + text;
  lines.push(line);
  length += line.length + 1;
}
function opening(e) {
  const tag = e.localName;
  let text = '<' + tag;
  for (const { name, value } of [...e.attributes].slice(0, 50)) {
    if (name.startsWith('on') || name === 'style' || name === 'srcdoc' || name === 'srcset' || name === 'nonce') continue;
    if (name === 'value' && !(tag === 'option' || BUTTONS.test(e.type))) continue;
    let shown = ADDRESSES.has(name) ? cut(value) : value;
    if (shown.length > longest) shown = '…';
    text += ` ${name}` + (shown === '' ? '' : `="${escaped(shown)}"`);
  }
  return text + '>';
}
function walk(node, depth) {
  if (length > most) return;
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.data.replace(/\s+/g, ' ').trim();
    if (text) put(depth, escaped(text));
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const tag = node.localName;
  if (LEFT_OUT.has(tag)) return;
  const only = node.childNodes.length === 1 && node.firstChild.nodeType === Node.TEXT_NODE && !node.shadowRoot;
  if (EMPTY.has(tag)) return put(depth, opening(node));
  // What somebody may have typed, and drawings.
  if (tag === 'textarea' || tag === 'svg' || tag === 'iframe') return put(depth, `${opening(node)}</${tag}>`);
  if (only) {
    const text = node.firstChild.data.replace(/\s+/g, ' ').trim();
    return put(depth, `${opening(node)}${escaped(text)}</${tag}>`);
  }
  put(depth, opening(node));
  if (node.shadowRoot) {
    put(depth + 1, '<template shadowrootmode="open">');
    for (const child of node.shadowRoot.childNodes) walk(child, depth + 2);
    put(depth + 1, '</template>');
  }
  for (const child of node.childNodes) walk(child, depth + 1);
  put(depth, `</${tag}>`);
}
walk(document.documentElement, 0);
return `<!doctype html>\n<!-- ${escaped(cut(location.href))} -->\n${lines.join('\n')}\n`.toWellFormed();
