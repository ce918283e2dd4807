//# allFunctionsCalledOnLoad
// Shows and hides the questions and options of a step as the answers change, says what does not go together, and keeps
// the price so far: what the server would show after the next click. What is hidden is disabled, so it is not sent, and
// keeps what was typed. The focus never moves.

import { Shown, failedChecks, feesDue, isEmpty, mentioned } from "../conditions.js";
import { answersOn, rowsOf } from "./answers.js";
import { showChecks } from "./checks.js";
import { showComputed, showPrice } from "./figures.js";

const form = document.getElementById("filing");
const { definition, answers, step, today, words } = JSON.parse(document.getElementById("step-data").textContent);
const { fields, checks } = definition.steps.find((one) => one.key === step);
const news = document.getElementById("step-news");
const PAUSE = 300; // before something is said: a message under the finger would move the button that is being pressed
const left = new Set(form.querySelector(".errors") ? fields.map(({ key }) => key) : []); // where somebody has been
let pause = 0;

const named = (name) => form.querySelectorAll(`[name="${CSS.escape(name)}"]`);

function update(saying = false) {
  const all = { ...answers, ...answersOn(form, fields, answers, today) };
  const shown = Shown.of(definition, all, today);
  const opened = arrange(fields, shown);
  const failed = failedChecks(checks, shown, today);
  const said = showChecks(form, checks, failed, (check) => saying && isReached(check, shown));
  if (said) news.textContent = said;
  // The server asks for what this names, and takes it for asked.
  const asked = fields.map((field) => field.key).filter((key) => shown.shows(key));
  form.elements.namedItem("_shown").value = asked.join(" ");
  if (definition.fees.length) showPrice(feesDue(definition.fees, shown, today), words);
  return opened;
}

/** Shows `fields`, of the step or of a row, as they should be; how many questions are new on the page. */
function arrange(fields, shown, prefix = "") {
  let opened = 0;
  for (const field of fields) {
    const name = prefix + field.key;
    if (field.condition) opened += toggle(name, shown.shows(field.key));
    if (field.type === "computed") showComputed(name, field, shown.get(field.key), words);
    for (const option of field.options ?? []) offer(name, option.value, shown.holds(option.condition));
    for (let row = 0; row < ((field.fields && rowsOf(form, name)) || 0); row++) {
      const inRow = `${name}-${row}-`;
      const given = answersOn(form, field.fields, {}, today, inRow);
      opened += arrange(field.fields, shown.row(field, given), inRow);
    }
  }
  return opened;
}

function toggle(name, open) {
  const question = form.querySelector(`[data-question="${CSS.escape(name)}"]`);
  if (!question || question.hidden !== open) return 0;
  question.hidden = question.disabled = !open;
  return open ? 1 : 0;
}

function offer(name, value, open) {
  for (const input of named(name)) {
    const option = input.options ? [...input.options].find((one) => one.value === value) : input;
    if (!option || option.value !== value) continue;
    option.disabled = !open;
    (input.options ? option : input.closest("label")).hidden = !open;
    if (!open && option.selected) {
      input.value = "";
      input.dispatchEvent(new Event("change")); // for a list that is searched: it does not bubble
    }
  }
}

// A new question stands after the one that opens it, but not always right after, and by itself says nothing to whoever
// does not see it: one quiet sentence tells how many there are. What goes away needs nobody's attention.
function tell(opened) {
  if (opened) news.textContent = (opened === 1 ? news.dataset.one : news.dataset.many).replace("{n}", opened);
}

/** Whether every question that a check looks at was answered or left: before that nothing is wrong yet. */
function isReached(check, shown) {
  const keys = mentioned(check.condition);
  const asked = ({ key, type }) => keys.includes(key) && type !== "computed" && shown.shows(key);
  return fields.filter(asked).every(({ key }) => left.has(key) || !isEmpty(shown.get(key)));
}

function leave({ target, relatedTarget }) {
  const question = target.closest(".field");
  if (question?.contains(relatedTarget)) return;
  const name = question?.querySelector("[name]")?.name ?? "";
  for (const { key } of fields) if (name === key || name.startsWith(`${key}-`)) left.add(key);
}

function sayLater() {
  clearTimeout(pause);
  pause = setTimeout(() => update(true), PAUSE);
}

for (const event of ["input", "change"]) form.addEventListener(event, () => tell(update()));
if (checks.length) {
  form.addEventListener("focusout", leave);
  for (const event of ["change", "focusout"]) form.addEventListener(event, sayLater);
}
// The server has drawn the page as it has to be, but somebody may have typed since, and browsers fill in again what was
// typed before, some of them late.
tell(update());
addEventListener("pageshow", () => update());
