// A long list of boxes to tick becomes searchable: an input that leaves those that have every word that is typed, and
// those that are ticked. Without JavaScript the whole list is there. Enter in the input sends nothing.

import { fold } from "./fold.js";

for (const list of document.querySelectorAll("fieldset[data-search]")) {
  const picks = [...list.querySelectorAll(".pick")];
  const input = Object.assign(document.createElement("input"), { type: "search", className: "in", autocomplete: "off" });
  input.setAttribute("aria-label", list.dataset.search);
  input.placeholder = list.dataset.search;
  const found = Object.assign(document.createElement("p"), { className: "hide", role: "status" });
  picks[0].before(input, found);

  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/);
    const fitting = picks.filter((pick) => words.every((word) => fold(pick.textContent).includes(word)));
    for (const pick of picks) {
      pick.classList.toggle("sought-out", !fitting.includes(pick) && !pick.querySelector("input").checked);
    }
    found.textContent = list.dataset.found.replace("{n}", fitting.length);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
