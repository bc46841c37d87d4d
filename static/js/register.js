// The daily register by keyboard (WCAG 2.1.4: only while the focus is inside the register).
//
// <form data-register data-absent="absent">            data-absent: the word shown beside a marked child
//   <tr data-row="17"> … <input type="checkbox" name="absent" value="412">
//                        <select name="reason-412"><option value="illness" data-key="и">…
//
// 1 7      row 17            ↓ ↑   next and previous row         Ctrl+Enter   submit
// Space    absent or here    и     first reason with that letter, the next one at the next press
(() => {
  "use strict";

  const PAUSE = 600; // milliseconds in which two digits are one number
  let typed = "";
  let typedAt = 0;

  const boxOf = (row) => row.querySelector("input[type=checkbox][name=absent]");
  const reasonOf = (row) => row.querySelector("select[name^=reason-]");
  const rowsOf = (form) => [...form.querySelectorAll("tr[data-row]")];

  const showRow = (row) => {
    const box = boxOf(row);
    if (!box) return;
    row.classList.toggle("absent", box.checked);
    const reason = reasonOf(row);
    if (reason) reason.hidden = !box.checked;
    const word = row.querySelector("[data-word]");
    if (word) word.hidden = !box.checked;
  };

  const addWord = (row, text) => {
    const box = boxOf(row);
    if (!box || !text || row.querySelector("[data-word]")) return;
    const word = document.createElement("span");
    word.dataset.word = "";
    word.className = "absent-word";
    word.textContent = text;
    word.setAttribute("aria-hidden", "true"); // the checkbox says it already
    (box.closest("label") ?? box).after(word);
  };

  const start = (form) => {
    if (form.dataset.register === "on") return;
    form.dataset.register = "on";
    for (const row of rowsOf(form)) {
      addWord(row, form.dataset.absent);
      showRow(row);
    }
    if (!document.querySelector("[data-error-summary]")) form.querySelector("input[name=absent]")?.focus();
  };

  const go = (row) => {
    const box = row && boxOf(row);
    if (!box) return;
    box.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  const mark = (row) => {
    const box = boxOf(row);
    if (!box.checked) box.click(); // a click tells everybody who listens
  };

  const typeDigit = (form, digit) => {
    const now = performance.now();
    typed = now - typedAt < PAUSE ? typed + digit : digit;
    typedAt = now;
    const target = (number) => form.querySelector(`tr[data-row="${Number(number)}"]`);
    if (!target(typed)) typed = digit;
    go(target(typed));
  };

  const pickReason = (row, letter) => {
    const reason = reasonOf(row);
    if (!reason) return false;
    const begins = (option) => option.value && (option.dataset.key ?? option.text.trim().charAt(0)).toLowerCase() === letter;
    const fitting = [...reason.options].filter(begins);
    if (!fitting.length) return false;
    const current = boxOf(row).checked ? fitting.indexOf(reason.selectedOptions[0]) : -1; // a fresh mark takes the first
    fitting[(current + 1) % fitting.length].selected = true;
    mark(row);
    reason.dispatchEvent(new Event("input", { bubbles: true }));
    reason.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  const step = (form, row, by) => {
    const rows = rowsOf(form);
    go(rows[rows.indexOf(row) + by]);
  };

  const press = (form, event) => {
    const row = event.target.closest("tr[data-row]");
    const inSelect = event.target.tagName === "SELECT"; // its own arrows and letters already choose the reason
    if (/^[0-9]$/.test(event.key)) typeDigit(form, event.key);
    else if (inSelect && event.key === "Escape" && row) go(row);
    else if (inSelect || !row) return false;
    else if (event.key === "ArrowDown") step(form, row, 1);
    else if (event.key === "ArrowUp") step(form, row, -1);
    else if (/^\p{L}$/u.test(event.key)) return pickReason(row, event.key.toLowerCase());
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-register]");
    if (!form || event.isComposing) return;
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit], button:not([type])"));
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("textarea, input:not([type=checkbox])")) return;
    if (press(form, event)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.name !== "absent") return;
    const row = event.target.closest("form[data-register] tr[data-row]");
    if (row) showRow(row);
  });

  const startAll = () => document.querySelectorAll("form[data-register]").forEach(start);
  startAll();
  document.addEventListener("htmx:load", startAll);
})();
