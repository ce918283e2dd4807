// Streets and house numbers of the commune, completed while somebody types. The server checks what is sent: without
// this script, or while the network is away, the address is typed whole.

import { Listbox, make } from "./listbox.js";

const PAUSE = 160; // milliseconds without a key
const LEAST = 3; // letters

class Address {
  #url;
  #inputs;
  #waiting;
  #asked;

  constructor(box) {
    this.#url = box.dataset.addresses;
    const input = (part) => box.querySelector(`.${part} input`);
    this.#inputs = { street: input("street"), number: input("number"), postcode: input("postcode"), town: input("town") };
    const { street, number } = this.#inputs;
    const streets = this.#list(street, (item) => this.#chooseStreet(item));
    const numbers = this.#list(number, ([chosen]) => set(number, chosen));
    street.addEventListener("input", () => this.#wait(streets, this.#typed(street.value)));
    for (const event of ["focus", "input"]) number.addEventListener(event, () => this.#wait(numbers, this.#ofStreet()));
  }

  /** A list under an input; `choose` gets the item as the server sent it. */
  #list(input, choose) {
    const list = new Listbox(input, input.labels[0].textContent.trim(), {
      open: () => input.dispatchEvent(new Event("input")),
      choose: (value) => {
        if (value) choose(JSON.parse(value));
        list.show(false);
      },
    });
    const [box, inner] = [make("div", { class: "combobox" }), make("div", {})];
    input.before(box);
    box.append(inner, list.list);
    inner.append(input);
    input.addEventListener("blur", () => {
      this.#asked?.abort();
      clearTimeout(this.#waiting);
      list.show(false);
    });
    return list;
  }

  #typed(text) {
    return text.trim().length < LEAST ? null : { q: text.trim() };
  }

  #ofStreet() {
    const { street, number, postcode } = this.#inputs;
    const named = this.#typed(street.value);
    return named && { street: named.q, postcode: postcode.value, q: number.value.trim() };
  }

  #wait(list, question) {
    clearTimeout(this.#waiting);
    if (question) this.#waiting = setTimeout(() => this.#ask(list, question), PAUSE);
    else list.show(false);
  }

  async #ask(list, question) {
    this.#asked?.abort();
    this.#asked = new AbortController();
    try {
      const answer = await fetch(`${this.#url}?${new URLSearchParams(question)}`, { signal: this.#asked.signal });
      const found = answer.ok ? (await answer.json()).found : [];
      const oneTown = found.every(([, postcode, town]) => postcode === found[0][1] && town === found[0][2]);
      const label = ([name, ...place]) => (oneTown ? name : `${name}, ${place.join(" ")}`);
      list.fill(found.map((item) => ({ text: label(item), value: JSON.stringify(item) })));
    } catch {
      list.show(false); // another question is on its way, or the network is away
    }
  }

  #chooseStreet([name, postcode, town]) {
    set(this.#inputs.street, name);
    if (postcode) set(this.#inputs.postcode, postcode);
    if (town) set(this.#inputs.town, town);
    this.#inputs.number.focus();
  }
}

function set(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

for (const box of document.querySelectorAll("[data-addresses]")) new Address(box);
