// Long lists become searchable: an input that filters the options of a select, which stays what is sent (the ARIA
// pattern "combobox with list autocomplete"). Without JavaScript the select is there. What is typed and is no option
// is undone when the input is left; before, the list says in the words of data-combobox that there is no such option.

import { fold } from "./fold.js";
import { Listbox, make } from "./listbox.js";

const MOST = 500; // shown at once: who scrolls finds every street

class Combobox {
  #select;
  #input;
  #box;

  constructor(select) {
    const id = select.id;
    this.#select = select;
    this.#input = make("input", { id, class: select.className, autocomplete: "off" });
    for (const { name, value } of select.attributes) if (/^(aria-|required)/.test(name)) this.#input.setAttribute(name, value);
    this.#box = new Listbox(this.#input, select.labels[0].textContent.trim(), {
      open: () => this.#open(""),
      choose: (value) => this.#choose(value),
      close: () => this.#follow(),
    });
    select.id = `${id}-select`;
    select.hidden = true;
    const box = make("div", { class: "combobox" });
    select.before(box);
    box.append(this.#input, this.#box.list, select);
    this.#follow();
    select.addEventListener("change", () => this.#follow());
    addEventListener("pageshow", () => this.#follow()); // browsers choose again what was chosen before
    this.#input.addEventListener("input", () => this.#open());
    this.#input.addEventListener("click", () => this.#open(""));
    this.#input.addEventListener("blur", () => this.#leave());
  }

  #follow() {
    const chosen = this.#select.selectedOptions[0];
    this.#input.value = chosen?.value ? chosen.text : "";
  }

  /** Shows the options that have every word of `typed`. */
  #open(typed = this.#input.value) {
    const words = fold(typed).split(/\s+/);
    const fitting = [...this.#select.options].filter(
      (one) => one.value && !one.disabled && words.every((word) => fold(one.text).includes(word)),
    );
    this.#box.fill(fitting.length ? fitting.slice(0, MOST) : [{ text: this.#select.dataset.combobox }]);
  }

  #choose(value) {
    if (value === undefined) return;
    this.#select.value = value;
    this.#select.dispatchEvent(new Event("change", { bubbles: true }));
    this.#box.show(false);
  }

  /** What is typed whole is chosen, nothing empties the answer, anything else is undone. */
  #leave() {
    const typed = fold(this.#input.value);
    const meant = [...this.#select.options].find((one) => !one.disabled && one.value && fold(one.text) === typed);
    this.#box.show(false);
    if (meant && !meant.selected) this.#choose(meant.value);
    else if (!typed && this.#select.value) this.#choose("");
    else this.#follow();
  }
}

for (const select of document.querySelectorAll("select[data-combobox]")) new Combobox(select);
