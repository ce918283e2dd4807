// Suggestions while somebody types in the search box (the ARIA pattern "combobox with list autocomplete", whose options
// are pages). Without JavaScript, and while nothing is chosen, the form asks the page of results.

const PAUSE = 160; // milliseconds without a key
const LEAST = 2; // letters

class Suggestions {
  #form;
  #input;
  #list;
  #active = -1;
  #waiting;
  #asked;

  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector("input:not([type=hidden])");
    this.#list = Object.assign(document.createElement("ul"), { id: `${this.#input.id}-found`, hidden: true });
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", form.dataset.suggestions);
    form.append(this.#list);
    // HTML grants the role to a box of text, not to one of search.
    Object.assign(this.#input, { type: "text", enterKeyHint: "search" });
    const about = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [name, value] of Object.entries(about)) this.#input.setAttribute(name, value);
    this.#input.setAttribute("aria-controls", this.#list.id);
    this.#input.addEventListener("input", () => this.#wait());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    this.#list.addEventListener("click", (event) => this.#open(event.target.closest("li")));
  }

  #wait() {
    clearTimeout(this.#waiting);
    const typed = this.#input.value.trim();
    if (typed.length < LEAST) this.#close();
    else this.#waiting = setTimeout(() => this.#ask(typed), PAUSE);
  }

  async #ask(typed) {
    this.#asked?.abort();
    this.#asked = new AbortController();
    try {
      const answer = await fetch(`${this.#form.dataset.suggest}?q=${encodeURIComponent(typed)}`, {
        signal: this.#asked.signal,
      });
      if (answer.ok && document.activeElement === this.#input) this.#show((await answer.json()).found);
    } catch {
      this.#close(); // another question is on its way, or the network is away: the form still works
    }
  }

  #show(found) {
    this.#list.replaceChildren(...found.map((one, index) => this.#item(one, index)));
    this.#list.hidden = !found.length;
    this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#go(-1);
  }

  #item(one, index) {
    const item = Object.assign(document.createElement("li"), { id: `${this.#list.id}-${index}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.url = one.url;
    const kind = Object.assign(document.createElement("span"), { className: "meta", textContent: one.kind });
    if (one.lang) item.lang = one.lang;
    item.append(one.title, " ", kind);
    return item;
  }

  #close() {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    this.#show([]);
  }

  #go(index) {
    const before = this.#list.children[this.#active];
    before?.classList.remove("at");
    before?.setAttribute("aria-selected", "false");
    this.#active = index;
    const item = this.#list.children[index];
    item?.classList.add("at");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.#input.setAttribute("aria-activedescendant", item.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const count = this.#list.children.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      const places = count + 1; // the input itself is one of them
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#go(((this.#active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#open(this.#list.children[this.#active]);
    } else if (event.key === "Escape" && count) {
      event.preventDefault(); // the browser would empty the input
      this.#close();
    }
  }

  #open(item) {
    if (item) location.assign(item.dataset.url);
  }
}

for (const form of document.querySelectorAll("form[data-suggest]")) new Suggestions(form);
