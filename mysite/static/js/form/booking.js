// The calendar of a booking question without loading the page anew: what a button of it posts is fetched, and the
// question and the price so far are put in place. A choice that others depend on is followed at once. Where something
// goes wrong, the button is pressed as it is without this script. Arrows go from day to day, page keys to another month.

const form = document.querySelector("form:has([data-booking])");
const news = Object.assign(document.createElement("p"), { className: "hide", role: "status" });
form.append(news);
let latest = 0; // an answer that was overtaken is thrown away

async function look(question, name, value, focus) {
  const number = ++latest;
  const body = new FormData(form);
  body.set(`${name}-go`, value);
  body.set(`${name}-live`, "1");
  question.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== latest) return;
  const before = said(question.id);
  for (const id of [question.id, "price"]) {
    const [now, then] = [document.getElementById(id), page.getElementById(id)];
    if (id === question.id && !then) throw new Error("no calendar");
    if (now && then) now.replaceWith(then);
  }
  dress(document.getElementById(question.id));
  document.getElementById(question.id).querySelector(focus)?.focus();
  news.textContent = said(question.id).filter((text, place) => text !== before[place]).join(". ");
}

/** What stands there for all to see: the days that the calendar shows, and the price so far. */
function said(id) {
  const parts = [document.querySelector(`#${CSS.escape(id)} .month h2`), document.querySelector("#price tfoot")];
  return parts.map((one) => one?.textContent.trim().replace(/\s+/g, " ") ?? "");
}

/** What only helps without this script goes away: buttons, and ends for another start, which would bring its own. */
function dress(question) {
  for (const one of question.querySelectorAll("[data-scriptless]")) one.remove();
}

const same = (one) => (one.id ? `#${CSS.escape(one.id)}` : `[name="${one.name}"][value="${CSS.escape(one.value)}"]`);

addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-booking] button[name$='-go']");
    if (!button) return;
    event.preventDefault();
    const { keep, goes } = button.dataset;
    const focus = keep ? `[data-keep="${keep}"]` : goes ? `#${CSS.escape(goes)}` : same(button);
    const question = button.closest("[data-booking]");
    look(question, button.name.slice(0, -3), button.value, focus).catch(() => form.requestSubmit(button));
  },
);

addEventListener("change", (event) => {
  const input = event.target.closest("[data-booking] [data-follow]");
  if (!input) return;
  const question = input.closest("[data-booking]");
  const name = input.name.slice(0, input.name.lastIndexOf("-"));
  look(question, name, input.type === "radio" ? "show" : "price", same(input)).catch(() => question.removeAttribute("aria-busy"));
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const LEAVES = { PageUp: "earlier", PageDown: "later" };

addEventListener("keydown", (event) => {
  const days = event.target.closest("[data-booking] :is(.cal, .days)");
  if (!days || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const leaf = LEAVES[event.key] && days.closest("[data-booking]").querySelector(`[data-keep="${LEAVES[event.key]}"]`);
  const next = STEPS[event.key] && neighbour(days, event.target, STEPS[event.key]);
  if (!leaf && !STEPS[event.key]) return;
  event.preventDefault();
  if (leaf) leaf.click();
  else next?.focus();
});

/** The next day in a direction on which something can be chosen; in a list every step is one. */
function neighbour(days, button, step) {
  const places = [...days.querySelectorAll(days.matches(".cal") ? "td" : "li")];
  const by = days.matches(".cal") ? step : Math.sign(step);
  for (let at = places.indexOf(button.closest("td, li")) + by; places[at]; at += by) {
    const found = places[at].querySelector("button");
    if (found) return found;
  }
  return null;
}

for (const question of document.querySelectorAll("[data-booking]")) dress(question);
