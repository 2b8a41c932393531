"use strict";
// Keys for those who would rather not reach for the mouse. Each can be turned off (WCAG 2.1.4), in the list of
// keys and on "Your account"; then this file does nothing but open that list.
(() => {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const isOn = "keys" in dialog.dataset;
  let isGoing = false; // "g" was pressed, and the letter that says where to is awaited.

  for (const button of document.querySelectorAll("button[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  if (!isOn) return;

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  function go(letter) {
    const link = document.querySelector(`.sidebar a[data-go="${CSS.escape(letter)}"]`);
    if (link) location.assign(link.href);
  }

  function search() {
    const field = document.querySelector("main form[role=search] input:not([type=hidden])");
    if (field) {
      field.focus();
      field.select();
    } else go("p");
  }

  // From row to row, onto the first link of each; opening it is Enter's.
  function step(by) {
    const rows = [...document.querySelectorAll("main tbody tr, main li.statement")].filter((row) =>
      row.querySelector("a"),
    );
    const here = rows.indexOf(document.activeElement.closest("tr, li.statement"));
    const next = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
    if (next) next.querySelector("a").focus();
  }

  const acts = { "?": () => dialog.showModal(), "/": search, j: () => step(1), k: () => step(-1) };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (dialog.open || isTyping(event.target)) return;
    if (isGoing) {
      isGoing = false;
      go(event.key);
      return;
    }
    if (event.key === "g") {
      isGoing = true;
      window.setTimeout(() => (isGoing = false), 1500);
      return;
    }
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
})();
