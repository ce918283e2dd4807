// A table that is pasted. A text with marks would make a paragraph of each cell: it takes what stands around the table
// and says where tables belong. The block "Table" takes it row by row, whatever stands within its cells.
const template = document.getElementById("table-pasted");
const TEXT = ".Draftail-Editor";
const CELLS = "[data-contentpath=cells] textarea";

const tablesIn = (html) => [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("table")];
const isTable = (table) => table.rows.length > 1 && [...table.rows].some((row) => row.cells.length > 1);

function textOf(cell) {
  const parts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const said = [];
  while (parts.nextNode()) said.push(parts.currentNode.data);
  return said.join(" ").replaceAll("|", "/").replace(/\s+/g, " ").trim();
}

function cellsOf(row) {
  return [...row.cells].flatMap((cell) => [textOf(cell), ...Array(Math.max(cell.colSpan - 1, 0)).fill("")]);
}

function linesOf(table) {
  const rows = [...table.rows].map(cellsOf).filter((row) => row.some(Boolean));
  return rows.map((row) => row.join(" | ").trimEnd()).join("\n");
}

function fill(field, text) {
  if (document.execCommand("insertText", false, text)) return; // can be undone
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function pasteAround(target, tables) {
  const page = tables[0].ownerDocument;
  for (const part of [...tables, ...page.querySelectorAll("style")]) part.remove();
  if (!page.body.textContent.trim()) return;
  const rest = new DataTransfer();
  rest.setData("text/html", page.body.innerHTML);
  rest.setData("text/plain", page.body.innerText);
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: rest, bubbles: true, cancelable: true }));
}

function say(editor, text) {
  const place = template.content.firstElementChild.cloneNode(true);
  editor.after(place);
  setTimeout(() => place.append(text), 100); // what stands there from the start is not read out
}

function paste(event) {
  const html = event.clipboardData?.getData("text/html") ?? "";
  const tables = html.includes("<table") ? tablesIn(html).filter(isTable) : [];
  const editor = event.target.closest?.(TEXT);
  if (editor && event.isTrusted) editor.parentElement.querySelector(".pasting-said")?.remove();
  const field = event.target.closest?.(CELLS);
  if (!tables.length || !(editor || field)) return;
  event.preventDefault();
  event.stopPropagation();
  if (field) return fill(field, linesOf(tables[0]));
  pasteAround(event.target, tables);
  say(editor, template.dataset.words);
}

if (template) document.addEventListener("paste", paste, true);
