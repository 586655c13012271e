/* Buttons with data-copy="<id of a field>" put its text on the clipboard. They are hidden in the
   page and shown here, so that nobody sees a button that can do nothing. */

(function () {
  "use strict";

  function show(root) {
    root.querySelectorAll("button[data-copy][hidden]").forEach(function (button) {
      button.hidden = false;
    });
  }

  function copyFrom(field) {
    field.select();
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(field.value);
    }
    // Plain http on another machine has no clipboard object.
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("refused"));
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-copy]");
    var field = button && document.getElementById(button.dataset.copy);
    if (field) {
      // Refused: the text is selected, to be copied by hand.
      copyFrom(field).then(function () { button.textContent = button.dataset.copied; }, function () {});
    }
  });

  document.addEventListener("htmx:load", function (event) { show(event.target); });
  show(document);
})();
