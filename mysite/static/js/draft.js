// What a page of a form sends by itself goes through here, one at a time: the first may begin the draft.

import { settle } from "./press.js";

const form = document.getElementById("filing");
const OWN = ["csrfmiddlewaretoken", "_version", "_begun", "_seen"]; // what every post of the page carries
const WAIT = 3000; // a press of a button waits so long for what is under way; for a file until it is there

let last = Promise.resolve();
let current = null; // {call, patience}
let pressed = false;
const works = new Set();

/**
 * Sends `fields` with what every post of the page carries; the answer as {status, …what the server said}.
 * Status 0: no connection. `stale`: the server answered with a page and not to us. `progress(part)` as it travels.
 * `spared()`: when its turn has come, the answer if it is known.
 */
export function send(fields, progress, spared) {
  const sent = last.then(() => (pressed ? { status: 0, pressed } : spared?.() || travel(fields, progress)));
  last = sent.catch(() => {});
  return sent;
}

/** The same when the page goes away: nobody waits for the answer. */
export function sendLast(fields) {
  fetch(form.action, { method: "POST", body: complete(fields), headers: { Accept: "application/json" }, keepalive: true }).catch(() => {});
}

function complete(fields) {
  renewToken();
  const body = new FormData();
  for (const name of OWN) {
    const input = form.elements.namedItem(name);
    if (input) body.append(name, input.value);
  }
  for (const [name, value] of fields) body.append(name, value);
  return body;
}

/** Signing in, in another window, changes the token: the one in the cookie is always right. */
function renewToken() {
  const [, token] = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) ?? [];
  if (token) form.elements.namedItem("csrfmiddlewaretoken").value = token;
}

// Not fetch: it does not tell how much of a file has travelled.
function travel(fields, progress) {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    current = { call, patience: progress ? null : WAIT };
    call.open("POST", form.action);
    call.setRequestHeader("Accept", "application/json");
    if (progress) call.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
    call.addEventListener("loadend", () => {
      current = null;
      resolve(heard(call));
    });
    call.send(complete(fields));
  });
}

function heard(call) {
  if (!call.status) return { status: 0 };
  const json = call.getResponseHeader("Content-Type")?.startsWith("application/json");
  const said = json ? JSON.parse(call.responseText) : { stale: call.status < 500 };
  if (said.url) settle(form, said.url);
  if (said.saved) form.dispatchEvent(new CustomEvent("saved", { detail: said.saved }));
  return { ...said, status: call.status };
}

/** Lets a press of a button wait until `work` is done and what it sends is under way. */
export function hold(work) {
  works.add(work);
  work.finally(() => works.delete(work));
}

/** Shows a remark with this `id` ahead of `next`; "" takes it away. */
export function remark(id, text, next) {
  document.getElementById(id)?.remove();
  if (text) next?.before(Object.assign(document.createElement("p"), { id, className: "hint remark", textContent: text }));
}

// A press comes after what the page sent by itself, so that it is never undone by what arrives late.
addEventListener(
  "submit",
  (event) => {
    if (event.target !== form) return;
    renewToken();
    if (!current && !works.size) {
      pressed = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dispatchEvent(new Event("waits"));
    const go = () => form.dispatchEvent(new Event("goes", { cancelable: true })) && form.requestSubmit(event.submitter);
    if (works.size) return Promise.allSettled(works).then(() => setTimeout(go));
    const patience = current.patience === null ? [] : [new Promise((resolve) => setTimeout(resolve, current.patience))];
    Promise.race([last, ...patience]).then(() => {
      current?.call.abort();
      go();
    });
  },
  { capture: true },
);
addEventListener("pageshow", () => (pressed = false));
form.addEventListener("lost", () => (pressed = false));

export { OWN, form };
