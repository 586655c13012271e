/* The page of a list: order by dragging and by Alt with the arrow keys, told to those who hear the page;
   how many entries are ticked; closing what "More" opened. Buttons do all of it without script. */

(() => {
  "use strict";

  // What is being moved: told, and found again, when the page has its new order.
  let moving = null;
  // Ways, "up" or "down", that were asked for by keys while the move before was under way.
  let waiting = [];
  const stop = () => { moving = null; waiting = []; };

  const isOff = () => {
    try { return localStorage.getItem("keys-off") === "1"; } catch { return false; }
  };
  const spotOf = (item) => (item && (item.matches("[data-spot]") ? item : item.querySelector("[data-spot]"))) || null;
  const itemOf = (element) => spotOf(element && element.closest(".entries > li"));

  const post = (item, side, spot) => {
    moving = { spot: item.dataset.spot, focus: false };
    const token = document.querySelector("#act [name=csrfmiddlewaretoken]").value;
    window.htmx.ajax("POST", item.dataset.move, {
      target: "#content", select: "#content", swap: "outerHTML",
      values: { csrfmiddlewaretoken: token, [side]: spot },
    });
  };

  const dropped = (event) => {
    if (event.oldIndex === event.newIndex) return;
    const item = spotOf(event.item);
    const above = spotOf(event.item.previousElementSibling);
    const below = spotOf(event.item.nextElementSibling);
    if (above) post(item, "after", above.dataset.spot);
    else if (below) post(item, "before", below.dataset.spot);
  };

  const tell = (list) => {
    const item = moving && list.querySelector(`[data-spot="${moving.spot}"]`);
    if (!item) { stop(); return; }
    const words = item.dataset.place ? list.dataset.moved : list.dataset.movedHeading;
    document.getElementById("said").textContent = words
      .replace("{title}", item.dataset.title).replace("{place}", item.dataset.place);
    if (moving.focus) {
      const link = item.closest("li").querySelector(".card-title a");
      (link || item).focus();
    } else if (moving.button && !document.getElementById(moving.button)) {
      // The button that was used is gone: it cannot go further that way.
      const other = item.querySelector(".arrows button");
      if (other) other.focus();
    }
    const { spot } = moving;
    moving = null;
    if (waiting.length) step(spot, waiting.shift());
  };

  const step = (spot, way) => {
    const button = document.getElementById(`${way}-${spot}`);
    if (!button) { waiting = []; return; }
    button.click();
    moving = { spot, focus: true };
  };

  const start = () => {
    const list = document.getElementById("entries");
    if (!list) return;
    if (list.dataset.moved && !list.dataset.started) {
      list.dataset.started = "1";
      list.classList.add("can-drag");
      window.Sortable.create(list, { handle: ".drag-handle", draggable: "li", animation: 120, onEnd: dropped });
      tell(list);
    }
    count();
  };

  const count = () => {
    const shown = document.getElementById("bulk-count");
    if (shown) shown.textContent = `(${document.querySelectorAll(".entry-check input:checked").length})`;
  };

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || isOff()) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    // While the page gets its new order, the focus is nowhere for a moment.
    const isNowhere = moving && moving.focus && event.target === document.body;
    const item = isNowhere ? null : itemOf(event.target);
    const spot = isNowhere ? moving.spot : item && item.dataset.move && item.dataset.spot;
    if (!spot) return;
    event.preventDefault();
    const way = event.key === "ArrowUp" ? "up" : "down";
    if (!moving) step(spot, way);
    else if (moving.focus && moving.spot === spot && !event.repeat) waiting.push(way);
  });

  document.addEventListener("click", (event) => {
    const arrow = event.target.closest(".arrows button");
    if (arrow) moving = { spot: itemOf(arrow).dataset.spot, focus: false, button: arrow.id };
    const close = event.target.closest("[data-close-panel]");
    const panel = close && close.closest("[id^=more-]");
    if (panel) {
      event.preventDefault();
      panel.replaceChildren();
      panel.closest(".entry").querySelector("a[hx-target^='#more']").focus();
    }
  });

  // A menu that lies over the page goes away when something else is meant.
  const shut = (menu) => { if (menu) menu.open = false; };
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(".menu[open]");
    if (menu && !menu.contains(event.target)) shut(menu);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (!menu) return;
    shut(menu);
    menu.querySelector("summary").focus();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches(".entry-check input")) count();
  });
  // What was swapped took the focus with it: into the field that came, or to what opens it again.
  const followFocus = (event) => {
    if (document.activeElement !== document.body || !event.target.matches(".entry-note")) return;
    const next = event.target.querySelector("textarea, a[href]");
    if (next) next.focus();
  };

  document.addEventListener("htmx:afterSettle", start);
  document.addEventListener("htmx:afterSettle", followFocus);
  ["responseError", "sendError", "timeout"].forEach((name) => document.addEventListener(`htmx:${name}`, stop));
  start();
})();
