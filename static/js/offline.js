// Lets the site say in its own words that there is no network. After the page is shown: not before.
(() => {
  "use strict";

  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch(() => { /* private windows may refuse */ });
  });
})();
