// The press of a button of a form is sent by the page itself, so that without a connection the page stays, and goes on
// once there is one. What a press leads to is opened. Where a page answers it, the browser sends it once more: every
// press may come twice.

const PATIENCE = [5, 10, 20, 40, 60]; // seconds until the next try
const LONGEST = 40_000; // milliseconds for an answer, unless files travel
const SOON = 800; // milliseconds after which the page says that something is under way
const AWAY = [502, 503, 504];

/** The draft has an address now: going on, reloading and coming back all lead there, from the page of an error too. */
export function settle(form, url) {
  form.action = new URL(url, location).href;
  if (form.action !== location.href) history.replaceState(history.state, "", form.action);
}

/** Sends the presses of `form`. Events: "lost" where nothing arrived or no answer came, "gone" before another page. */
export function sendPresses(form) {
  let failures = 0;
  let timer = 0;
  let waiting = null; // the press that goes on by itself

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    press(event.submitter);
  });
  form.addEventListener("input", () => {
    if (waiting) say("");
    stay();
  });
  addEventListener("online", again);
  addEventListener("pageshow", () => say(""));

  async function press(button) {
    stay();
    const slow = setTimeout(() => say(form.dataset.sending), SOON);
    const answer = await send(button);
    clearTimeout(slow);
    say("");
    if (!answer) return lose(button);
    if (!answer.goes) return leave(button);
    if (answer.url) settle(form, answer.url);
    form.dispatchEvent(new CustomEvent("gone", { detail: answer }));
    location.assign(answer.goes);
  }

  /** What the server says; null without a connection. */
  async function send(button) {
    const body = new FormData(form, button);
    const travels = [...body.values()].some((value) => value instanceof File && value.size);
    const signal = travels ? null : AbortSignal.timeout(LONGEST);
    const headers = { Accept: "text/html, application/json;q=0.9" };
    try {
      const answer = await fetch(address(button), { method: "POST", body, headers, signal });
      if (AWAY.includes(answer.status)) return null;
      if (answer.redirected) return { goes: answer.url };
      return answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    } catch {
      return null;
    }
  }

  function address(button) {
    return button?.getAttribute("formaction") || form.action;
  }

  async function leave(button) {
    const target = new URL(address(button), location).href;
    await announce(target);
    form.dispatchEvent(new Event("leaves"));
    const { action } = form;
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
    form.append(pressed);
    form.action = target;
    // Whoever comes back to the page as it was presses another button.
    addEventListener("pageshow", () => (pressed.remove(), (form.action = action)), { once: true });
    form.submit();
  }

  /** Resolves once the site's worker knows that this press comes again: it answers if the connection is lost meanwhile. */
  function announce(repeats) {
    const worker = navigator.serviceWorker?.controller;
    if (!worker) return Promise.resolve();
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ repeats }, [port2]);
    return new Promise((known) => {
      port1.onmessage = known;
      setTimeout(known, SOON);
    });
  }

  function lose(button) {
    form.dispatchEvent(new Event("lost"));
    say(form.dataset.away);
    waiting = button ?? form.querySelector("button");
    timer = setTimeout(again, 1000 * PATIENCE[Math.min(failures++, PATIENCE.length - 1)]);
  }

  function again() {
    if (waiting) form.requestSubmit(waiting);
  }

  /** Whoever goes on typing presses again. */
  function stay() {
    waiting = null;
    clearTimeout(timer);
  }

  function say(text) {
    form.querySelector("#press")?.remove();
    if (!text) return;
    const said = { id: "press", className: "hint remark", role: "alert", textContent: text };
    const shown = Object.assign(document.createElement("p"), said);
    const buttons = form.querySelector(":scope > p.go, :scope > div > p.go");
    if (buttons) buttons.before(shown);
    else form.append(shown); // a form that cannot be sent now
    shown.scrollIntoView({ block: "nearest" });
  }
}
