/* Keys on lists of papers: / to the search box, j and k from paper to paper, o opens, s saves at
   once, v votes, l (or Shift+s) chooses lists, x marks as seen, ? explains; g and then a letter goes
   to the page whose link in the frame bears that letter. Whoever switched them off on the help page
   has none. Everything they do, a link or a button does too. */

(() => {
  "use strict";

  const OFF = "keys-off";
  const isOff = () => {
    try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
  };

  // On a phone the navigation is one row that is moved sideways: where one is shall be seen.
  const here = document.querySelector(".site-nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });

  const cards = () => [...document.querySelectorAll(".papers .card")];
  const current = () => document.activeElement && document.activeElement.closest(".card");

  const step = (by) => {
    const all = cards();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].querySelector(".card-title a").focus();
  };

  const onCard = (selector) => {
    const card = current();
    const target = card && card.querySelector(selector);
    if (target) target.click();
    return Boolean(target);
  };

  const press = (selector) => {
    const target = document.querySelector(selector);
    if (target) target.click();
  };

  // g waits for a letter; whoever thinks longer than a breath is not going anywhere.
  const WAITS = 1500;
  let goingSince = -WAITS;
  const go = (letter) => press(`[data-go="${CSS.escape(letter)}"]`);

  const actions = {
    g: () => { goingSince = performance.now(); },
    "/": () => {
      const box = document.querySelector("[data-search-box]");
      if (box) { box.focus(); box.select(); }
    },
    j: () => step(1),
    k: () => step(-1),
    o: () => onCard(".card-title a"),
    s: () => onCard(".save-button"),
    v: () => onCard(".vote") || press(".paper-head .vote"),
    S: () => onCard(".save-choose"),
    l: () => onCard(".save-choose"),
    x: () => onCard(".seen-button"),
    "?": () => { window.location.assign(document.body.dataset.searchHelp); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isOff()) return;
    const panel = event.target.closest(".save-panel");
    if (panel && event.key === "Escape") { panel.querySelector("a.button").click(); return; }
    if (panel || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const isGoing = performance.now() - goingSince < WAITS;
    goingSince = -WAITS;
    const action = isGoing && /^[a-z]$/.test(event.key) ? () => go(event.key) : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  // The panel that took the place of a button: its first field is what one goes on with.
  document.addEventListener("htmx:afterSettle", (event) => {
    const panel = document.querySelector(".save-panel");
    if (!panel || !event.target.closest(".card, .paper-head")) return;
    (panel.querySelector("input[type=checkbox]") || panel.querySelector("input[type=text]")).focus();
  });

  const button = document.querySelector("[data-keys-switch]");
  if (button) {
    const show = () => { button.textContent = isOff() ? button.dataset.on : button.dataset.off; };
    button.hidden = false;
    button.addEventListener("click", () => {
      try { isOff() ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); } catch { /* no storage: they stay on */ }
      show();
    });
    show();
  }
})();
