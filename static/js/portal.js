// What every page needs and the browser does not give by itself.  Each part is a convenience: without it the page works.
(() => {
  "use strict";

  // ---- a refused form: read out what is wrong first
  const focusProblem = (root) => {
    const summary = root.querySelector?.("[data-error-summary]") ?? root.closest?.("[data-error-summary]");
    if (summary) summary.focus();
  };
  focusProblem(document);
  document.addEventListener("htmx:afterSettle", (event) => focusProblem(event.detail.elt));

  // ---- htmx: Django's token travels in a header; the language switch carries one on every page
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") return;
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  // ---- a changed form is not left by accident
  const changed = new Set();
  const guarded = (target) => {
    const form = target.form ?? target.closest?.("form");
    return form && form.method === "post" && !("unguarded" in form.dataset) ? form : null;
  };
  document.addEventListener("input", (event) => {
    const form = guarded(event.target);
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  document.addEventListener("reset", (event) => changed.delete(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) changed.delete(event.detail.elt.closest("form"));
  });
  addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (!changed.size) return;
    event.preventDefault();
    event.returnValue = ""; // Chrome 109 asks only when this is set
  });

  // ---- «select all» of a table with checkboxes: <input type="checkbox" data-all="name">
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.all;
    if (!name) return;
    for (const box of event.target.form.querySelectorAll(`input[type=checkbox][name="${name}"]:not(:disabled)`)) {
      box.checked = event.target.checked;
    }
  });

  // ---- printing: <button type="button" data-print hidden> shows itself where it can work
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
