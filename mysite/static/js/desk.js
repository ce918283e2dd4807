// Keys on the agents' desk. Everything they do is also a link or a button.
const typing = (target) =>
  target.closest("input, textarea, select, [contenteditable]") && !target.matches(".queue [type=checkbox]");
const elsewhere = (target) => target.closest("body > *") && !target.closest(".desk"); // a menu of Wagtail's: Escape closes it
const queue = document.querySelector('[data-keys="queue"]');
const HELD = ["j", "k"]; // what goes on while its key is held; anything else is done once for each press
const help = document.querySelector("[data-keys-help]");
if (help) help.hidden = false;

function rows() {
  return [...queue.querySelectorAll("tbody tr:not(.grp)")];
}

function move(step) {
  const all = rows();
  const now = all.findIndex((row) => row.classList.contains("at"));
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
  all[now]?.classList.remove("at");
  next?.classList.add("at");
  next?.querySelector(".who-c a")?.focus();
}

function take() {
  const url = queue.querySelector(".at")?.dataset.take;
  const form = document.getElementById("take");
  if (!url || !form) return;
  form.action = url;
  form.requestSubmit();
}

const onQueue = {
  j: () => move(1),
  k: () => move(-1),
  t: take,
  x: () => queue.querySelector(".at input[type=checkbox]")?.click(),
  n: () => {
    const link = queue.querySelector(".at .who-c a");
    if (link) location.href = `${link.href}#note_text`;
  },
};

// A letter opens what carries it: a fold, a form, a link.
function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target) return false;
  if (target.matches("form")) target.requestSubmit();
  else target.click();
  const fold = target.closest("details");
  if (fold?.open) fold.querySelector("textarea, input:not([type=hidden])")?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || elsewhere(event.target)) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.repeat && !HELD.includes(key)) return;
  if (handled(key)) event.preventDefault();
});

function handled(key) {
  if (key === "/") return focus("desk-search");
  if (queue && onQueue[key]) return onQueue[key](), true;
  if (queue && /^[1-9]$/.test(key)) return follow(document.querySelectorAll(".views a")[key - 1]);
  if (!queue && key === "n") return focus("note_text");
  return press(key);
}

function focus(id) {
  const target = document.getElementById(id);
  target?.focus();
  return Boolean(target);
}

function follow(link) {
  link?.click();
  return Boolean(link);
}

// One box for all of a page; it follows what is ticked one by one, and what the form takes back.
const every = queue?.querySelector("[data-all]");
if (every) {
  const boxes = [...queue.querySelectorAll("tbody .c input")];
  const agree = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    every.checked = ticked > 0 && ticked === boxes.length;
    every.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  every.hidden = !boxes.length;
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
  });
  for (const box of boxes) box.addEventListener("change", agree);
  every.form?.addEventListener("reset", () => setTimeout(agree));
  agree();
}

if (location.hash === "#note_text") focus("note_text");

// What was written and not sent is not lost by a key, a link or another deed: the browser asks first.
// And a page posts once: pressed again before the next one is there, "Next case" would take a case that nobody saw.
const STOPPED = 5000; // no event tells that the next page was stopped: if this one is still there by then, it was
let sent = null;
let waiting;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent?.getAttribute("method") === "post") event.preventDefault();
  else {
    sent = event.target;
    clearTimeout(waiting);
    waiting = setTimeout(() => (sent = null), STOPPED);
  }
});
window.addEventListener("beforeunload", (event) => {
  const texts = [...document.querySelectorAll(".desk textarea")];
  if (!texts.some((text) => text.form !== sent && text.value !== text.defaultValue)) return;
  event.preventDefault();
  setTimeout(() => (sent = null)); // whoever stays may send again
});
window.addEventListener("pageshow", () => (sent = null));

// What needs a script shows itself only where one runs.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const button of document.querySelectorAll("[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fill);
    field.value = [field.value.trim(), button.dataset.text].filter(Boolean).join("\n\n");
    field.focus();
  });
}

// A list that narrows while somebody types: without accents, every word anywhere.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
for (const input of document.querySelectorAll("[data-narrow]")) {
  input.addEventListener("input", () => {
    const words = folded(input.value).split(/\s+/);
    for (const item of document.querySelectorAll(input.dataset.narrow)) {
      item.hidden = !words.every((word) => folded(item.textContent).includes(word));
    }
  });
}
