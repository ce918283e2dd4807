// The list under an input: the ARIA pattern "combobox with list autocomplete". Who uses it fills the list.

export function make(name, attributes) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export class Listbox {
  #input;
  #active = -1;

  /** `open` is called to fill it, `choose` with the data-value of an item, `close` when Escape closed it. */
  constructor(input, label, { open, choose, close = () => {} }) {
    this.#input = input;
    this.list = make("ul", { id: `${input.id}-list`, role: "listbox", "aria-label": label });
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(said)) input.setAttribute(name, value);
    this.show(false);
    input.addEventListener("keydown", (event) => this.#key(event, open, choose, close));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    this.list.addEventListener("click", (event) => choose(event.target.closest("li")?.dataset.value));
  }

  /** Shows the items {text, value, selected}; one without a value cannot be chosen. */
  fill(items) {
    this.list.replaceChildren(
      ...items.map(({ value, selected = false, text }, index) => {
        const said = value ? { "data-value": value, "aria-selected": selected } : { "aria-disabled": true };
        const item = make("li", { id: `${this.list.id}-${index}`, role: "option", ...said });
        item.textContent = text;
        return item;
      }),
    );
    this.show(items.length > 0);
  }

  show(open) {
    this.list.hidden = !open;
    this.#input.setAttribute("aria-expanded", open);
    this.#go(-1);
  }

  /** Marks the item at `index`; none for -1. */
  #go(index) {
    this.list.children[this.#active]?.classList.remove("at");
    this.#active = index;
    const item = this.list.children[index];
    item?.classList.add("at");
    item?.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  #key(event, open, choose, close) {
    const shown = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!shown) open();
      const count = this.list.children.length;
      if (count) this.#go(this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count);
    } else if (event.key === "Enter" && shown && this.#active >= 0) {
      event.preventDefault();
      choose(this.list.children[this.#active].dataset.value);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      this.show(false);
      close();
    }
  }
}
