"use strict";
(() => {
  // Everything can be read without this; it only makes it quicker to find.
  const find = (selector) => document.querySelector(selector);
  const steps = [...document.querySelectorAll(".step")];
  const search = find("#find");
  let failedOnly = false;

  const open = (element) => {
    for (let at = element; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };

  const pressed = (id, is) => find(id).setAttribute("aria-pressed", is);
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (element) => {
      const text = element.textContent.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    let shown = 0;
    for (const step of steps) {
      const fits = (!failedOnly || step.dataset.outcome === "failed") && matches(step);
      step.hidden = !fits;
      if (fits) shown += 1;
      // A search leads to what was found, however deep it is.
      for (const inner of step.querySelectorAll(".call, tr, .progress li")) {
        inner.hidden = words.length > 0 && fits && !matches(inner) && !matches(step.querySelector("summary"));
      }
      if (fits && words.length) {
        step.open = true;
        for (const log of step.querySelectorAll(".log")) {
          log.open = [...log.querySelectorAll("tr")].some((row) => !row.hidden);
        }
      }
    }
    find("#none").hidden = shown > 0;
    pressed("#failed", failedOnly);
    pressed("#all", !failedOnly);
  };

  const setFailedOnly = (is) => {
    failedOnly = is;
    filter();
  };
  const expand = (is) => {
    for (const details of document.querySelectorAll(".step, .step .log, .step .call")) details.open = is;
    pressed("#expand", is);
  };
  const isExpanded = () => find("#expand").getAttribute("aria-pressed") === "true";

  const move = (by) => {
    const shown = steps.filter((step) => !step.hidden);
    const at = shown.findIndex((step) => step.contains(document.activeElement));
    const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1)];
    next?.querySelector("summary").focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  const keys = {
    j: () => move(1), k: () => move(-1), f: () => setFailedOnly(!failedOnly),
    e: () => expand(!isExpanded()), "/": () => search.focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      search.value = "";
      search.blur();
      setFailedOnly(false);
    } else if (document.activeElement !== search && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  find("#all").addEventListener("click", () => setFailedOnly(false));
  find("#failed").addEventListener("click", () => setFailedOnly(true));
  find("#expand").addEventListener("click", () => expand(!isExpanded()));
  search.addEventListener("input", filter);
  find(".tools").hidden = false;

  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.parentElement.querySelector("pre");
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "copied";
      } catch {
        // A page from a disk or in a frame may not write to the clipboard: what is selected can be copied.
        getSelection().selectAllChildren(text);
        button.textContent = "selected";
      }
    });
  }

  // A bar of the timeline leads to something that may be closed.
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    open(target);
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary")?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();
})();
