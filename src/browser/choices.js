// The radio buttons that a reader can choose from: a label may stand for one that is hidden.
const found = [];
for (const radio of document.querySelectorAll('input[type=radio]')) {
  const labels = [...radio.labels || []];
  if (radio.disabled || ![radio, ...labels].some(isVisible)) continue;
  const text = labels.map(label => label.innerText).join(' ')
    || radio.getAttribute('aria-label') || radio.title || radio.value;
  found.push({ element: radio, value: radio.value, text: normalised(text) });
}
return found;
