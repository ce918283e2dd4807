// The frame beside a step shows it as it is being typed: the editor's form is sent there a moment after the last change,
// and kept nowhere. While it cannot be read, the frame stays as it is.

const PAUSE = 800; // ms without a change

const panel = document.querySelector(".step-preview");
const editor = document.getElementById("w-editor-form");
const frame = panel?.querySelector("iframe");
const language = panel?.querySelector("select");
let waiting;

function show() {
  const form = document.createElement("form");
  const query = language ? `?lang=${language.value}` : "";
  Object.assign(form, { method: "post", action: panel.dataset.typed + query, target: frame.name, hidden: true });
  for (const [name, value] of new FormData(editor)) {
    if (typeof value === "string") form.append(Object.assign(document.createElement("textarea"), { name, value }));
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

function soon() {
  clearTimeout(waiting);
  if (frame.checkVisibility()) waiting = setTimeout(show, PAUSE); // a folded panel asks for nothing
}

if (panel && editor) {
  for (const event of ["input", "change", "click"]) editor.addEventListener(event, soon); // blocks come and go by a click
  language?.addEventListener("change", show);
}
