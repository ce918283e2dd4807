// What Wagtail draws without a name gets one: a window that opens over the page that of its heading, the place where
// keywords are typed that of its field.
function nameKeywords(root) {
  for (const input of root.querySelectorAll(".tagit-new input:not([aria-label])")) {
    const field = input.closest("[data-field-wrapper]");
    input.ariaLabel = field?.querySelector("label")?.textContent.replace("*", "").trim() || null;
  }
}

function nameAll(dialog) {
  const title = dialog.querySelector("h1, h2")?.textContent.trim();
  if (title && dialog.ariaLabel !== title) dialog.ariaLabel = title;
  nameKeywords(dialog);
}

function follow(dialog) {
  nameAll(dialog);
  new MutationObserver(() => nameAll(dialog)).observe(dialog, { childList: true, subtree: true });
}

new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]);
  added.filter((node) => node.matches?.(".modal[role=dialog]")).forEach(follow);
}).observe(document.body, { childList: true });
addEventListener("load", () => nameKeywords(document));
