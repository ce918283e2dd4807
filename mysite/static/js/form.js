// What makes filing smoother where JavaScript runs. Every page works without it.

import { sendPresses } from "./press.js";

const form = document.getElementById("filing");

// What follows the answers comes once the page is painted: on a slow line it would travel beside what is read first.
const follow = () => form.after(document.getElementById("following").content);
if (form) new PerformanceObserver(follow).observe({ type: "paint", buffered: true });
form?.addEventListener("input", () => (form.dataset.typed = 1), { once: true });

const errors = document.querySelector(".errors");

// Whoever comes back to the first page goes on with the draft that it began. An answer to a post stays one.
const begun = form?.elements._begun;
if (begun && !errors) {
  begun.value = history.state ?? begun.value;
  history.replaceState(begun.value, "");
}

// The summary of errors takes the focus, so that it is read first. It answers what was posted: whoever reloads it or
// comes back to it is not asked whether to send again. Where something was typed, that is so once it is saved: draft.js.
errors?.focus();
if (errors && !form) history.replaceState(history.state, "", location.href);

// An agent who files for somebody types at once: the first question has the focus.
if (!errors && form && "behalf" in form.dataset) {
  const asked = form.querySelectorAll("input:not([type=hidden]), select, textarea");
  [...asked].find((one) => one.offsetParent)?.focus();
}

// The steps on top and, once something was typed, the languages below keep it: they press a button of the form instead of
// leaving it.
for (const link of form ? document.querySelectorAll(".steps a[data-step], .langs a") : []) {
  link.addEventListener("click", (event) => {
    const { step } = link.dataset;
    if (event.ctrlKey || event.metaKey || event.shiftKey || !(step || form.dataset.typed)) return;
    event.preventDefault();
    const press = { name: "go_to", value: step ?? "", formNoValidate: true, hidden: true };
    const button = Object.assign(document.createElement("button"), press);
    if (!step) button.formAction = link.href;
    form.append(button);
    form.requestSubmit(button);
  });
}

// A second press while the first travels sends nothing twice.
for (const sending of document.querySelectorAll("main form[method=post]")) {
  sending.addEventListener("submit", (event) => {
    if (sending.dataset.sent) event.preventDefault();
    sending.dataset.sent = "1";
  });
  if (!sending.dataset.away) continue;
  sending.addEventListener("lost", () => delete sending.dataset.sent);
  if (!form) sending.addEventListener("gone", () => sessionStorage.clear()); // all is sent
  sendPresses(sending);
}
addEventListener("pageshow", () => {
  for (const sending of document.querySelectorAll("form[data-sent]")) delete sending.dataset.sent;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Another look takes effect in place: what was typed and not yet saved stays.
document.getElementById("look")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const pressed = event.submitter;
  const body = new URLSearchParams(new FormData(event.target, pressed));
  await fetch(event.target.action, { method: "POST", body, redirect: "manual" });
  const look = document.documentElement.classList;
  if (pressed.name === "size") {
    const large = look.toggle("large");
    pressed.setAttribute("aria-pressed", large);
    pressed.value = large ? "normal" : "large";
    return;
  }
  look.remove("light", "dark");
  look.add(pressed.value);
  for (const button of event.target.elements.scheme) button.setAttribute("aria-pressed", button === pressed);
});
