// What the checks and colleagues say beside a page: leads to the field or comment, and keeps the number beside the
// icon of the checks true.
const field = (path) =>
  document.querySelector(path.split(".").map((part) => `[data-contentpath="${CSS.escape(part)}"]`).join(" "));

function unfold(element) {
  const tab = element.closest("[role=tabpanel][hidden]");
  if (tab) document.querySelector(`[role=tab][href="#${tab.id}"], [role=tab][aria-controls="${tab.id}"]`)?.click();
  for (let part = element; part; part = part.parentElement) {
    const folded = part.matches("[data-panel], .w-panel") && part.querySelector(":scope [data-panel-toggle][aria-expanded=false]");
    if (folded && part.querySelector("[hidden]")?.contains(element)) folded.click();
  }
}

function show(path) {
  const parts = path.split(".");
  let found = null;
  while (parts.length && !(found = field(parts.join(".")))) parts.pop(); // at least the block that holds it
  if (!found) return false;
  unfold(found);
  found.scrollIntoView({ block: "center" });
  const target = found.querySelector("input:not([type=hidden]), textarea, [contenteditable=true], button, select");
  target?.focus({ preventScroll: true });
  found.classList.add("findings-shown");
  setTimeout(() => found.classList.remove("findings-shown"), 4000);
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-jump]");
  if (link && show(link.dataset.jump)) event.preventDefault();
});

// Wagtail shows the comment that an address names, once the panel of comments is open.
if (new URLSearchParams(location.search).has("comment")) {
  addEventListener("load", () => document.querySelector('[data-side-panel-toggle="comments"][aria-expanded="false"]')?.click());
}

function count() {
  const number = document.querySelector("[data-findings]")?.dataset.findings;
  const counter = document.querySelector('[data-side-panel-toggle="findings"] [data-side-panel-toggle-counter]');
  if (number === undefined || !counter) return;
  counter.textContent = number;
  counter.hidden = number === "0";
}

const panel = document.querySelector('[data-side-panel="findings"]');
if (panel) new MutationObserver(count).observe(panel, { childList: true, subtree: true });
count();
