// Tells forms which time zone this device is in. Without it the server takes UTC and asks.
(() => {
  "use strict";

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;

  for (const field of document.querySelectorAll("input[data-device-timezone]")) {
    field.value = zone;
  }

  for (const hint of document.querySelectorAll("[data-timezone-hint]")) {
    const select = document.getElementById(hint.dataset.timezoneHint);
    const button = hint.querySelector("button");
    if (!select || !button || ![...select.options].some((option) => option.value === zone)) continue;
    const show = () => { hint.hidden = select.value === zone; };
    hint.querySelector("[data-timezone-name]").textContent = zone;
    select.addEventListener("change", show);
    button.addEventListener("click", () => {
      select.value = zone;
      show();
      select.focus();
    });
    show();
  }
})();
