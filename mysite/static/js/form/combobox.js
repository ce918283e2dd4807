// Long lists become searchable: an input that filters the options of a select, which stays what is sent (the ARIA
// pattern "combobox with list autocomplete"). Without JavaScript the select is there. What is typed and is no option
// is undone when the input is left; before, the list says in the words of data-combobox that there is no such option.

import { fold } from "./fold.js";

const MOST = 500; // shown at once: who scrolls finds every street

function make(name, attributes) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class Combobox {
  #select;
  #input;
  #list;
  #active = -1;

  constructor(select) {
    const id = select.id;
    this.#select = select;
    this.#list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": select.labels[0].textContent.trim() });
    this.#input = make("input", {
      id,
      class: select.className,
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-controls": this.#list.id,
    });
    for (const { name, value } of select.attributes) if (/^(aria-|required)/.test(name)) this.#input.setAttribute(name, value);
    select.id = `${id}-select`;
    select.hidden = true;
    const box = make("div", { class: "combobox" });
    select.before(box);
    box.append(this.#input, this.#list, select);
    this.#show(false);
    this.#follow();
    select.addEventListener("change", () => this.#follow());
    addEventListener("pageshow", () => this.#follow()); // browsers choose again what was chosen before
    this.#input.addEventListener("input", () => this.#open());
    this.#input.addEventListener("click", () => this.#open(""));
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#leave());
    this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    this.#list.addEventListener("click", (event) => this.#choose(event.target.closest("li")?.dataset.value));
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
    const shown = fitting.length ? fitting.slice(0, MOST) : [{ text: this.#select.dataset.combobox }];
    this.#list.replaceChildren(
      ...shown.map(({ value, selected, text }, index) => {
        const said = value ? { "data-value": value, "aria-selected": selected } : { "aria-disabled": true };
        const item = make("li", { id: `${this.#list.id}-${index}`, role: "option", ...said });
        item.textContent = text;
        return item;
      }),
    );
    this.#show(true);
  }

  #show(open) {
    this.#list.hidden = !open;
    this.#input.setAttribute("aria-expanded", open);
    this.#go(-1);
  }

  /** Marks the item at `index`; none for -1. */
  #go(index) {
    this.#list.children[this.#active]?.classList.remove("at");
    this.#active = index;
    const item = this.#list.children[index];
    item?.classList.add("at");
    item?.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  #key(event) {
    const open = !this.#list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) this.#open("");
      const count = this.#list.children.length;
      this.#go(this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count);
    } else if (event.key === "Enter" && open && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#list.children[this.#active].dataset.value);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.#show(false);
      this.#follow();
    }
  }

  #choose(value) {
    if (value === undefined) return;
    this.#select.value = value;
    this.#select.dispatchEvent(new Event("change", { bubbles: true }));
    this.#show(false);
  }

  /** What is typed whole is chosen, nothing empties the answer, anything else is undone. */
  #leave() {
    const typed = fold(this.#input.value);
    const meant = [...this.#select.options].find((one) => !one.disabled && one.value && fold(one.text) === typed);
    this.#show(false);
    if (meant && !meant.selected) this.#choose(meant.value);
    else if (!typed && this.#select.value) this.#choose("");
    else this.#follow();
  }
}

for (const select of document.querySelectorAll("select[data-combobox]")) new Combobox(select);
