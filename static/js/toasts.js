/* Messages with an Undo button float above the page and go away after 10 s. Whoever points at one or
   has the focus in it has all the time they want. Without script they stay where they were printed. */

(() => {
  "use strict";

  const SHOWN_MS = 10_000;
  const place = document.getElementById("toasts");
  if (!place) return;

  const show = (toast) => {
    let timer = 0;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), SHOWN_MS); };
    const hold = () => clearTimeout(timer);
    toast.dataset.shown = "1";
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("pointerleave", () => { if (!toast.contains(document.activeElement)) wait(); });
    toast.addEventListener("focusout", () => { if (!toast.matches(":hover")) wait(); });
    wait();
  };

  const collect = () => {
    const printed = [...document.querySelectorAll("main .message.undo")];
    if (printed.length) {
      place.replaceChildren(...printed.map((item) => {
        const toast = document.createElement("p");
        toast.className = item.className;
        toast.append(...item.childNodes);
        item.remove();
        return toast;
      }));
    }
    place.querySelectorAll(".message:not([data-shown])").forEach(show);
  };

  // An error that says where it belongs brings back what was typed: it is shown.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Reselect")) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterSettle", collect);
  document.addEventListener("htmx:oobAfterSwap", collect);
  collect();
})();
