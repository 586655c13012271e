/* Buttons with data-copy="<id>" put the text of that field or element on the clipboard, those with
   data-copy-file="<address>" what stands there, and those with data-share="<address>" hand it to
   another app. They are hidden in the page and shown here, so that nobody sees a button that can
   do nothing. */

(function () {
  "use strict";

  function show(root) {
    var able = "button[data-copy][hidden]";
    // Plain http on another machine has no clipboard object; then the file itself can be opened.
    if (navigator.clipboard) { able += ", button[data-copy-file][hidden]"; }
    if (navigator.share) { able += ", button[data-share][hidden]"; }
    root.querySelectorAll(able).forEach(function (button) { button.hidden = false; });
  }

  function copyFrom(field) {
    var text = "value" in field ? field.value : field.textContent;
    if ("select" in field) { field.select(); } else { window.getSelection().selectAllChildren(field); }
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(text);
    }
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("refused"));
  }

  function copyFile(address) {
    return fetch(address).then(function (response) {
      if (!response.ok) { throw new Error(response.statusText); }
      return response.text();
    }).then(function (text) { return navigator.clipboard.writeText(text); });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-copy], button[data-copy-file], button[data-share]");
    if (!button) { return; }
    function say() { button.textContent = button.dataset.copied; }
    if (button.dataset.share) {
      // Closed without a choice: nothing to say.
      navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(function () {});
    } else if (button.dataset.copyFile) {
      copyFile(button.dataset.copyFile).then(say, function () { location.assign(button.dataset.copyFile); });
    } else {
      var field = document.getElementById(button.dataset.copy);
      // Refused: the text is selected, to be copied by hand.
      if (field) { copyFrom(field).then(say, function () {}); }
    }
  });

  document.addEventListener("htmx:load", function (event) { show(event.target); });
  show(document);
})();
