// Saves a step while it is filled in, as it is: nothing is judged. Says so quietly; aloud only when it fails, and when
// it works again. Until it is saved, the tab keeps it. The focus never moves.

import { form, remark, send, sendLast } from "./draft.js";
import { drop, keep, restore, typed } from "./kept.js";

const PAUSE = 2000; // after the last key
const PATIENCE = [5, 10, 20, 40, 60]; // seconds until the next try

const note = document.getElementById("saved");
const news = document.getElementById("saved-news");
let dirty = false;
let parted = false; // sent as the page went away
let failures = 0;
let over = false; // only a press helps now
let signedOut = false; // so it is, until what the page sends arrives again: somebody signed in in another window
let timer = 0;

function changed(event) {
  if (event?.target.type === "file") return;
  keep();
  if (over) return;
  dirty = true;
  parted = false;
  if (!failures) plan(PAUSE);
}

function plan(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

async function save() {
  if (!dirty || over) return;
  clearTimeout(timer);
  dirty = false;
  if (!failures) show("saving", note.dataset.saving);
  const answer = await send(typed());
  if (answer.pressed) return;
  if (answer.status === 200 && !answer.stale) return dirty ? plan(PAUSE) : showTypos(answer.typos); // or typed since
  dirty = true;
  const again = answer.status === 0 || answer.status === 429 || answer.status >= 500;
  lost(answer.faults?.[0] ?? (again ? note.dataset.away : note.dataset.stale));
  if (again) plan(1000 * (answer.retry ?? PATIENCE[Math.min(failures, PATIENCE.length) - 1]));
  else over = true;
  signedOut = answer.status === 401;
}

/** What was typed or a file has arrived. Where more was typed since, the next saving tells. */
function arrived({ detail }) {
  if (signedOut) goOn();
  if (dirty) return;
  drop();
  if (failures) news.textContent = note.dataset.back;
  failures = 0;
  show("saved", detail);
}

/** What was perhaps mistyped, beside its input and aloud. */
function showTypos(typos) {
  for (const [id, text] of Object.entries(typos)) {
    remark(`${id}-typo`, text, document.getElementById(id));
    if (text && news.textContent !== text) news.textContent = text;
  }
}

function goOn() {
  signedOut = over = false;
  plan(0);
}

function lost(text) {
  failures += 1;
  show("away", text);
  if (news.textContent !== text) news.textContent = text;
}

function show(state, text) {
  note.dataset.state = state;
  note.querySelector("span").textContent = text;
}

function part() {
  if (!dirty || over || parted) return;
  parted = true;
  sendLast(typed());
}

for (const kind of ["input", "change"]) form.addEventListener(kind, changed);
form.addEventListener("saved", arrived);
form.addEventListener("submit", () => (dirty = false));
form.addEventListener("lost", changed);
form.addEventListener("leaves", keep);
form.addEventListener("gone", ({ detail }) => detail.url && drop());
document.addEventListener("visibilitychange", () => document.hidden && part());
addEventListener("pagehide", part);
addEventListener("online", save);
addEventListener("offline", () => dirty && lost(note.dataset.away));
// What was refused is typed all the same, and complete for now; as is what was typed before this came.
const refused = form.querySelector(".errors");
if (!refused && restore()) {
  remark("kept", note.dataset.kept, form.querySelector(".field"));
  form.dispatchEvent(new Event("input"));
}
if (refused || form.dataset.typed) changed();
if (refused) save();
