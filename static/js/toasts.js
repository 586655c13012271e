/* Messages float above the page: those with an Undo button go away after 10 s; what says that a request
   came to nothing stays until another one went well or somebody closes it. Whoever points at one or has
   the focus in it has all the time they want. Without script they stay where they were printed. */

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

  // What asks by itself, every few seconds or on coming into view, asks again by itself.
  const isAsked = (element) => !element.hasAttribute("hx-trigger");

  // A second time does the same as once: it reads, or says how something is to be ("saved": "1").
  const isSafe = ({ requestConfig, elt }) =>
    requestConfig.verb === "get" || elt.hasAttribute("aria-pressed");

  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  };

  const forget = () => place.querySelectorAll(".failure").forEach((toast) => toast.remove());

  const wordsFor = (xhr, words) => {
    const answer = xhr.status >= 400 && xhr.getResponseHeader("Content-Type")?.startsWith("text/html")
      ? new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-why]") : null;
    if (answer) return answer.textContent.trim();
    return words[`on${xhr.status}`] || (xhr.status >= 500 ? words.fault : words.refused);
  };

  const fail = (detail, pick) => {
    const { dataset: words } = document.getElementById("failures");
    const { elt, xhr } = detail;
    if (!isAsked(elt)) return;
    const toast = document.createElement("p");
    toast.className = "message error failure";
    toast.dataset.shown = "1";
    const said = document.createElement("span");
    said.textContent = pick(words, xhr);
    toast.append(said);
    if (isSafe(detail) && elt.isConnected && xhr.status !== 403 && xhr.status !== 404) {
      toast.append(" ", button(words.retry, () => { forget(); elt.click(); }));
    }
    toast.append(" ", button(words.close, forget));
    forget();
    place.append(toast);
  };

  // The second press of a double click would take back what the first did.
  document.addEventListener("click", (event) => {
    if (event.detail < 2 || !event.target.closest("button[aria-pressed][hx-post]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // An error that says where it belongs brings back what was typed: it is shown.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Reselect")) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", ({ detail }) => fail(detail, (words, xhr) => wordsFor(xhr, words)));
  document.addEventListener("htmx:sendError", ({ detail }) => fail(detail, (words) => words.away));
  document.addEventListener("htmx:timeout", ({ detail }) => fail(detail, (words) => words.slow));
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful && isAsked(detail.elt)) forget(); });
  document.addEventListener("htmx:afterSettle", collect);
  document.addEventListener("htmx:oobAfterSwap", collect);
  collect();
})();
