// What Wagtail draws without a name gets one: a window that opens over the page that of its heading, the place where
// keywords or a text with marks are typed that of its field or block.
function nameKeywords(root) {
  for (const input of root.querySelectorAll(".tagit-new input:not([aria-label])")) {
    const field = input.closest("[data-field-wrapper]");
    input.ariaLabel = field?.querySelector("label")?.textContent.replace("*", "").trim() || null;
  }
}

function nameTexts(root) {
  for (const text of root.querySelectorAll("[role=textbox][contenteditable]:not([aria-label])")) {
    const field = text.closest("[data-field-wrapper]")?.querySelector("label");
    const name = field ?? text.closest("[data-panel]")?.querySelector(".c-sf-block__type, [data-panel-heading-text]");
    text.ariaLabel = name?.textContent.replace("*", "").trim() || null;
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
  const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === Node.ELEMENT_NODE);
  added.filter((node) => node.matches(".modal[role=dialog]")).forEach(follow);
  added.forEach(nameTexts);
}).observe(document.body, { childList: true, subtree: true });
addEventListener("load", () => nameKeywords(document));
