// The calendar of a booking question without loading the page anew: what a button of it posts is fetched, and the
// question and the price so far are put in place. A choice that others depend on is followed at once. Where something
// goes wrong, the button is pressed as it is without this script.

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
  for (const id of [question.id, "price"]) {
    const [now, then] = [document.getElementById(id), page.getElementById(id)];
    if (id === question.id && !then) throw new Error("no calendar");
    if (now && then) now.replaceWith(then);
  }
  dress(document.getElementById(question.id));
  document.getElementById(question.id).querySelector(focus)?.focus();
  news.textContent = document.querySelector("#price tfoot")?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

/** What only helps without this script goes away. */
function dress(question) {
  for (const one of question.querySelectorAll("[data-scriptless]")) one.hidden = true;
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

for (const question of document.querySelectorAll("[data-booking]")) dress(question);
