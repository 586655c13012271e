// Lets the site say in its own words that there is no network. After the page is shown: not before.
(() => {
  "use strict";

  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    // By its language: the page that it keeps is to be in that of this device's reader.
    navigator.serviceWorker.register(`/sw.js?language=${document.documentElement.lang}`).catch(() => { /* private windows may refuse */ });
  });
})();
