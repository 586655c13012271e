/* The theme that was chosen, before the first paint: so this script is not deferred. It is kept in the
   browser, not in a cookie, so that pages are the same for all and can be cached. */

(() => {
  "use strict";

  const KEY = "theme";
  const root = document.documentElement;
  const chosen = () => {
    try { return localStorage.getItem(KEY) || ""; } catch { return ""; }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  show(chosen());
  window.addEventListener("storage", (event) => { if (event.key === KEY) show(event.newValue); });

  document.addEventListener("DOMContentLoaded", () => {
    const group = document.querySelector("[data-theme-switch]");
    if (!group) return;
    const now = group.querySelector(`input[value="${root.dataset.theme || ""}"]`);
    now.checked = true;
    group.hidden = false;
    group.addEventListener("change", (event) => {
      const theme = event.target.value;
      try { theme ? localStorage.setItem(KEY, theme) : localStorage.removeItem(KEY); } catch { /* no storage: for this page */ }
      show(theme);
    });
  });
})();
