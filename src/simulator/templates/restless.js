(function () {
  // What a careless component does: it empties its list, and fills it again in another order.
  var bodies = Array.from(document.querySelectorAll("tbody, [data-restless]"));
  var parts = bodies.map(function (body) {
    return Array.from(body.children).map(function (child) { return child.outerHTML; });
  });
  var turn = 0;
  setInterval(function () {
    turn += 1;
    bodies.forEach(function (body, index) {
      if (turn % 4 === 0) { body.innerHTML = ""; return; }
      if (body.tagName === "TBODY") { parts[index].push(parts[index].shift()); }
      body.innerHTML = parts[index].join("");
    });
  }, 5);
})();
