// A table that is pasted. A text with marks would make a paragraph of each cell: it takes what stands around the table
// and says where tables belong. The block "Table" takes it row by row, whatever stands within its cells.
// Comments of a text processor, and links within its document, are left out of a text: the browser would lead them into
// the admin. The server does the same with what is saved (home/pasted.py), and unwraps addresses.
const template = document.getElementById("table-pasted");
const TEXT = ".Draftail-Editor";
const COMMENTS = [
  "[style*='mso-element:comment']",
  ".msocomtxt",
  ".msocomoff",
  ".msocomanchor",
  "a[href*='#_msocom_']",
  "a[href*='#_msoanchor_']",
  "a[href*='#cmnt']",
].join();
const ANCHORS = /#(_(ftn|ftnref|edn|ednref|Toc|Ref|Hlk)\d+|_GoBack|ftnt(_ref)?\d+|sd(foot|end)note\d+(sym|anc))$/i;
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

function pasteAround(target, page, tables) {
  for (const part of [...tables, ...page.querySelectorAll("style")]) part.remove();
  pasteInstead(target, page);
}

function pasteInstead(target, page) {
  if (!page.body.textContent.trim()) return;
  const rest = new DataTransfer();
  rest.setData("text/html", page.body.innerHTML);
  rest.setData("text/plain", page.body.innerText);
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: rest, bubbles: true, cancelable: true }));
}

/** Takes comments and inner links out; whether there were any. */
function withoutMarks(page) {
  const comments = [...page.querySelectorAll(COMMENTS)];
  for (const part of comments) {
    const text = part.matches("a[href*='#_msoanchor_'], a[href*='#cmnt_ref']") && part.closest("p, li, div");
    (text || part).remove();
  }
  const links = [...page.querySelectorAll("a[href*='#']")].filter((link) => ANCHORS.test(link.getAttribute("href")));
  for (const link of links) link.replaceWith(...link.childNodes);
  return comments.length + links.length > 0;
}

function say(editor, text) {
  const place = template.content.firstElementChild.cloneNode(true);
  editor.after(place);
  setTimeout(() => place.append(text), 100); // what stands there from the start is not read out
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function paste(event) {
  const html = event.clipboardData?.getData("text/html") ?? "";
  const tables = html.includes("<table") ? tablesIn(html).filter(isTable) : [];
  const editor = event.target.closest?.(TEXT);
  if (editor && event.isTrusted) for (const said of editor.parentElement.querySelectorAll(".pasting-said")) said.remove();
  const field = event.target.closest?.(CELLS);
  if (field && tables.length) {
    stop(event);
    return fill(field, linesOf(tables[0]));
  }
  if (!editor) return;
  const page = tables[0]?.ownerDocument ?? new DOMParser().parseFromString(html, "text/html");
  const marked = withoutMarks(page);
  if (!tables.length && !marked) return;
  stop(event);
  if (tables.length) pasteAround(event.target, page, tables);
  else pasteInstead(event.target, page);
  if (marked) say(editor, template.dataset.marks);
  if (tables.length) say(editor, template.dataset.words);
}

if (template) document.addEventListener("paste", paste, true);
