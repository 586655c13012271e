/* Forms with data-passkey="create" or "get" ask the browser for a passkey and put its answer into
   their field "credential" before they are sent. The options come from the JSON in the element that
   data-options names, or are asked of the form's own address. Their buttons are hidden in the page
   and shown here, so that nobody sees one that can do nothing. */

(function () {
  "use strict";

  var able = window.PublicKeyCredential && window.webauthnJSON;

  function optionsOf(form) {
    if (form.dataset.options) {
      return Promise.resolve(JSON.parse(document.getElementById(form.dataset.options).textContent));
    }
    return fetch(form.action, { headers: { Accept: "application/json" } }).then(function (response) {
      if (!response.ok) { throw new Error(response.statusText); }
      return response.json();
    }).then(function (answer) { return answer.request_options; });
  }

  // One that opens the account alone must be found without a name, and must ask who holds it.
  function make(options, alone) {
    var wanted = options.publicKey.authenticatorSelection;
    wanted.residentKey = alone ? "required" : "discouraged";
    wanted.requireResidentKey = alone;
    if (alone) { wanted.userVerification = "required"; }
    return window.webauthnJSON.create(options);
  }

  function ask(form) {
    var alone = form.elements.passwordless;
    return optionsOf(form).then(function (options) {
      return form.dataset.passkey === "create"
        ? make(options, Boolean(alone && alone.checked))
        : window.webauthnJSON.get(options);
    });
  }

  function prepare(form) {
    var button = form.querySelector("[data-passkey-button]");
    var failed = form.querySelector("[data-passkey-failed]");
    form.querySelectorAll("[data-passkey-unable]").forEach(function (text) { text.hidden = true; });
    button.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      failed.hidden = true;
      button.disabled = true;
      ask(form).then(function (credential) {
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      }).catch(function () {
        failed.hidden = false;
      }).finally(function () { button.disabled = false; });
    });
  }

  if (able) { document.querySelectorAll("form[data-passkey]").forEach(prepare); }
})();
