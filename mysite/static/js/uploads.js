// Files travel as soon as they are chosen, one after the other, each with its progress; what does not arrive can be tried
// again. Until a file is there it stays in its input: pressing “Continue” sends it as without JavaScript.

import { form, hold, remark, send } from "./draft.js";
import { shrink } from "./photos.js";

const OWN = "arrived";

for (const input of form.querySelectorAll("input[type=file]")) equip(input);

function equip(input) {
  const words = input.dataset;
  const list = document.getElementById(`${input.id}-files`);
  const under = element("ul", "files");
  let refused = null; // since a press waits
  let full = ""; // what is said of one more
  const status = Object.assign(element("p", "hide"), { role: "status" });
  input.after(under, status);
  mark();

  input.addEventListener("change", (event) => event.detail !== OWN && take([...input.files]));
  list.addEventListener("click", remove);
  form.addEventListener("waits", () => {
    refused = null;
    if (under.children.length) say(words.waits);
  });
  form.addEventListener("goes", (event) => {
    if (!refused?.isConnected) return;
    event.preventDefault(); // nobody has read yet why a file was refused
    refused.lastChild.focus();
  });
  addEventListener("online", () => under.querySelectorAll("[data-again]").forEach((button) => button.click()));
  makeDropZone(input, take);

  function take(files) {
    for (const file of files) add(file);
    keep();
  }

  /** One file on its way: its name, a bar, and in the end what went wrong. */
  function add(file) {
    const item = Object.assign(element("li", "travels"), { file });
    item.append(element("span", "", file.name));
    under.append(item);
    const most = Number(words.maxBytes);
    if (file.size <= most) return go(item);
    lighten(item, most);
  }

  /** A photo that is too large is made smaller, and travels then. */
  async function lighten(item, most) {
    item.append(element("p", "hint", words.shrinks.replace("{name}", item.file.name)));
    say(item.lastChild.textContent);
    const shrinking = shrink(item.file, most);
    hold(shrinking);
    const small = await shrinking;
    item.lastChild.remove();
    if (!item.isConnected) return;
    if (small.size > most) refuse(item, words.large.replace("{name}", item.file.name));
    else go(Object.assign(item, { file: small }));
    keep();
  }

  async function go(item) {
    const bar = Object.assign(element("progress"), { max: 1, value: 0, ariaLabel: item.file.name });
    item.querySelectorAll(".msg, button").forEach((one) => one.remove());
    item.append(bar);
    say(words.travels.replace("{name}", item.file.name));
    const fields = [["files_of", input.name], [input.name, item.file]];
    const answer = await send(fields, (part) => (bar.value = part), () => full && { status: 422, faults: [full], full });
    bar.remove();
    full = answer.full ?? full;
    if (answer.pressed) return;
    if (answer.status === 200 && !answer.stale) return arrived(item, answer);
    if (answer.status === 422) refuse(item, answer.faults[0]);
    else fail(item, answer.faults?.[0] ?? words.lost.replace("{name}", item.file.name));
    keep();
  }

  function arrived(item, answer) {
    item.remove();
    keep();
    refresh(answer);
    say(words.there.replace("{name}", item.file.name));
  }

  function refuse(item, text) {
    item.file = null;
    refused = item;
    complain(item, text);
  }

  function fail(item, text) {
    complain(item, text);
    const again = button(words.again, () => go(item));
    again.dataset.again = "";
    item.lastChild.before(again);
  }

  function complain(item, text) {
    item.append(element("p", "msg", text), button(words.remove, () => drop(item)));
    say(text);
  }

  function drop(item) {
    item.remove();
    keep();
    input.focus();
  }

  async function remove(event) {
    const pressed = event.target.closest("button[name=remove_file]");
    if (!pressed) return;
    event.preventDefault();
    const name = pressed.closest("li").querySelector("span").firstChild.textContent.trim();
    const answer = await send([["files_of", input.name], ["remove_file", pressed.value]]);
    if (answer.status !== 200 || answer.stale) return say(answer.faults?.[0] ?? words.lost.replace("{name}", name));
    refresh(answer);
    input.focus();
    say(words.removed.replace("{name}", name));
  }

  function refresh(answer) {
    full = answer.full;
    list.innerHTML = answer.list;
    list.hidden = !list.children.length;
    remark(`${input.id}-remark`, answer.remarks.join(" "), list);
    mark();
    input.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: OWN })); // questions may depend on it
  }

  function button(text, press) {
    const made = Object.assign(element("button", "act", text), { type: "button" });
    made.addEventListener("click", press);
    return made;
  }

  function items() {
    return [...under.children];
  }

  /** The input holds what is not there yet. */
  function keep() {
    const rest = new DataTransfer();
    for (const { file } of items()) if (file) rest.items.add(file);
    input.files = rest.files;
  }

  function mark() {
    input.toggleAttribute("data-stored", !list.hidden);
  }

  function say(text) {
    status.textContent = text;
  }
}

/** Dropping is an addition for whoever has a mouse: the button does the same. */
function makeDropZone(input, take) {
  const zone = input.closest(".field");
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
