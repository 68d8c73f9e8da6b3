// What was typed so far is kept, what is typed on is lost: the new fields have no focus.
var rendered = {};
document.addEventListener("input", function (event) {
  if (rendered[event.target.type]) { return; }
  rendered[event.target.type] = true;
  var filled = event.target.form;
  filled.replaceWith(filled.cloneNode(true));
});
