/* The page of a list: order by dragging and by Alt with the arrow keys, told to those who hear the page;
   how many entries are ticked; closing what "More" opened. Buttons do all of it without script. */

(() => {
  "use strict";

  // What is being moved: told, and found again, when the page has its new order.
  let moving = null;

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
    if (!item) { moving = null; return; }
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
    moving = null;
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
    const item = itemOf(event.target);
    if (!item || !item.dataset.move) return;
    event.preventDefault();
    const way = event.key === "ArrowUp" ? "up" : "down";
    const button = document.getElementById(`${way}-${item.dataset.spot}`);
    if (!button || moving) return;
    button.click();
    moving = { spot: item.dataset.spot, focus: true };
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

  document.addEventListener("change", (event) => {
    if (event.target.matches(".entry-check input")) count();
  });
  document.addEventListener("htmx:afterSettle", start);
  document.addEventListener("htmx:responseError", () => { moving = null; });
  document.addEventListener("htmx:sendError", () => { moving = null; });
  start();
})();
