// Selecting songs of the history: all on the page at once, and how many there are. The form works without it.

import { _, ngettext } from "./language.js";

const form = document.querySelector("#selected");
const all = document.querySelector("[data-all]");

if (form && all) {
  const boxes = [...document.querySelectorAll(".pick input")];
  const count = form.querySelector("[data-count]");

  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
    count.textContent = chosen
      ? ngettext("1 song selected", "%(num)d songs selected", chosen)
      : _("No songs selected");
    for (const button of form.querySelectorAll("button")) button.disabled = chosen === 0;
  };

  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  // A page that the back button brings keeps its ticks.
  window.addEventListener("pageshow", tell);
  tell();
}
