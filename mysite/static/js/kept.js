// What was typed and is not saved yet, in the memory of this tab alone: a reload finds it again. It goes when it is
// saved, when somebody signs out, and with the tab. No secret answer is in it, and nothing that staff types for others.

import { OWN, form } from "./draft.js";

const secret = form.dataset.secret?.split(" ") ?? [];
const place = () => `typed:${new URL(form.action).pathname}`;
const own = (name) => form.elements.namedItem(name)?.value;

/** What is typed into the page, as it is posted. */
export function typed() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OWN.includes(name));
}

export function keep() {
  if ("behalf" in form.dataset) return;
  const fields = typed().filter(([name]) => !name.split("-").some((part) => secret.includes(part)));
  try {
    sessionStorage.setItem(place(), JSON.stringify({ begun: own("_begun"), seen: own("_seen"), fields }));
  } catch {
    // No memory, or none left: the page itself still has it.
  }
}

export function drop() {
  sessionStorage.removeItem(place());
}

/** Fills in again what was kept of this page; whether there was anything that the page does not show. */
export function restore() {
  const kept = JSON.parse(sessionStorage.getItem(place()));
  if (!kept || kept.begun !== own("_begun")) return false;
  let changed = 0;
  for (const input of form.elements) changed += fill(input, kept.fields);
  if (!changed) drop();
  else form.elements.namedItem("_seen").value = kept.seen; // what was saved elsewhere since is asked about
  return changed > 0;
}

function fill(input, fields) {
  if (!input.name || OWN.includes(input.name) || /^(hidden|file|submit|fieldset)$/.test(input.type)) return 0;
  if (input.name.split("-").some((part) => secret.includes(part))) return 0;
  const values = fields.filter(([name]) => name === input.name).map(([, value]) => value);
  if (/^(checkbox|radio)$/.test(input.type)) return set(input, "checked", values.includes(input.value));
  return values.length ? set(input, "value", values[0]) : 0;
}

function set(input, property, value) {
  if (input[property] === value) return 0;
  input[property] = value;
  input.dispatchEvent(new Event("change")); // for a list that is searched: it does not bubble
  return 1;
}
