//# allFunctionsCalledOnLoad
// Reads the answers off the page, as the server reads what is posted. What it would refuse is not answered.

import { compare, counted, day, number } from "../conditions.js";

const PLACES = { integer: 0, money: 2, decimal: 4 };
const YEARS_AHEAD = 10; // that two digits of a year can mean
const WRITTEN_DAY = /^([0-9]{1,2}) ([0-9]{1,2}) ([0-9]{4}|[0-9]{2})$/;
const BORN = { settings: { max: "today" } };
const TYPED = { integer: typedNumber, money: typedNumber, decimal: typedNumber, time: typedTime };

/** The answers to `fields`, by key. One without inputs on the page is as stored; `prefix`: of the names in a row. */
export function answersOn(form, fields, stored, today, prefix = "") {
  const found = fields.map((field) => [field.key, answerTo(form, field, prefix + field.key, stored[field.key], today)]);
  return Object.fromEntries(found.filter(([, answer]) => answer !== undefined));
}

/** How many rows of a repeating group are on the page; undefined where it is not there. */
export function rowsOf(form, name) {
  const count = form.elements.namedItem(`${name}-count`);
  return count ? Number(count.value) : undefined;
}

function answerTo(form, field, name, stored, today) {
  const rows = field.fields ? rowsOf(form, name) : undefined;
  if (rows !== undefined) {
    return Array.from({ length: rows }, (_, row) => answersOn(form, field.fields, {}, today, `${name}-${row}-`));
  }
  const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const parts = [...form.querySelectorAll(`[name^="${CSS.escape(name)}-"]`)];
  if (inputs.length) return inInputs(inputs, field);
  return parts.length ? inParts(parts, name.length + 1, field, today, stored) : stored;
}

function inInputs(inputs, field) {
  const [first] = inputs;
  const picked = inputs.filter((input) => input.checked).map((input) => input.value);
  if (first.type === "file") return filesOf(first);
  if (field.type === "yes_no") return { true: true, false: false }[picked[0]] ?? null;
  if (first.type === "radio") return picked[0] ?? null;
  if (field.type === "consent") return first.checked || (first.required ? null : false);
  if (first.type === "checkbox") return picked.length ? picked : null;
  if (first.validity.typeMismatch) return null; // no e-mail address
  const typed = first.value.trim();
  return TYPED[field.type] ? TYPED[field.type](typed, field) : typed || null;
}

/** The files that have arrived; while none has, that there is something to send. */
function filesOf(input) {
  const arrived = document.getElementById(`${input.id}-files`)?.children.length ?? 0;
  return arrived || input.files.length ? Array(arrived || 1).fill("file") : null;
}

/**
 * An answer typed into several inputs: a day, or an object of its parts, days among them. What is known about an address
 * holds until somebody changes it.
 */
function inParts(inputs, start, field, today, stored) {
  const given = inputs.filter((input) => input.checked || !/^(radio|checkbox)$/.test(input.type));
  const texts = Object.fromEntries(given.map((input) => [input.name.slice(start), input.value.trim()]));
  if (field.type === "address" && !texts.street) return null; // postcode and town may stand there already
  if (field.type === "booking" && !texts.from && !texts.to) return null; // the rest is where its calendar stands
  if ("year" in texts) return typedDay(texts, field, today);
  const found = {};
  for (const [part, typed] of Object.entries(texts)) {
    const [, name] = /^(.+)_(?:day|month|year)$/.exec(part) ?? [];
    const units = { day: texts[`${name}_day`], month: texts[`${name}_month`], year: texts[`${name}_year`] };
    const answer = name ? typedDay(units, field.type === "person" ? BORN : undefined, today) : typed;
    if (answer) found[name ?? part] = answer;
  }
  if (stored?.known && inputs.every((input) => input.value === input.defaultValue)) found.known = stored.known;
  return Object.keys(found).length ? found : null;
}

const CURRENCY = "(?:s?fr(?:s|anken|ancs?|anchi)?|chf|eur(?:os?)?|€)";
const COINS = RegExp(`(?<=\\d)${CURRENCY}\\.?(?=\\d\\d$)`, "i");
const AROUND = RegExp(`^${CURRENCY}\\.?|${CURRENCY}\\.?$`, "gi");
const GROUPED =
  /^[+-]?\d{1,3}(?:(?:['’`]\d{3})+(?=[.,]|$)|(?:\.\d{3}){2,}(?=,|$)|(?:\.\d{3})+(?=,)|(?:,\d{3}){2,}(?=\.|$)|(?:,\d{3})+(?=\.))/;

/** 1'234.50, 1 234,50, 1.234,50, 12 fr. 50, CHF 12.– */
export function typedNumber(typed, field) {
  const alone = typed.replace(/\s/g, "").replaceAll("−", "-").replace(COINS, ".").replace(AROUND, "");
  const bare = alone.replace(/(?<=\d)\.?[-–—]+$/, "");
  const written = bare.replace(GROUPED, (groups) => groups.replace(/[.,'’`]/g, ""));
  const found = /^[+-]?[0-9]{1,15}([.,][0-9]{1,15})?$/.test(written) ? number(written.replace(",", ".")) : null;
  if (!found || !lies(found, number(field.settings?.min), number(field.settings?.max), compare)) return null;
  const answer = counted(found);
  if (compare(found, number(answer)) || (answer.split(".")[1] ?? "").length > PLACES[field.type]) return null;
  if (field.type === "integer") return Number(answer);
  return field.type === "money" ? twoPlaces(answer) : answer;
}

function twoPlaces(answer) {
  const [whole, part = ""] = answer.split(".");
  return `${whole}.${part.padEnd(2, "0")}`;
}

/** 14:30, 14.30, 14 h 30, 1430, 14 */
export function typedTime(typed) {
  const [, hours, minutes = "0"] = /^([0-9]{1,2})(?:\s*[:.h]?\s*([0-9]{2})|\s*h)?$/i.exec(typed) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  return `${hours.padStart(2, "0")}:${minutes.padStart(2, "0")}`;
}

/** Day, month and year: in four digits, or in two, which mean the newest year that is possible. */
export function typedDay(texts, field, today) {
  const [, date, month, year] = WRITTEN_DAY.exec(`${texts.day} ${texts.month} ${texts.year}`) ?? [];
  if (!year) return null;
  const [least, most] = [day(field?.settings?.min, today), day(field?.settings?.max, today)];
  const newest = most ? Math.floor(most / 10000) : parseInt(today) + YEARS_AHEAD;
  const full = year.length === 2 ? newest - ((newest - year) % 100) : year;
  const answer = `${full}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  const found = day(answer, today);
  return found && lies(found, least, most, (left, right) => left - right) ? answer : null;
}

function lies(value, least, most, order) {
  return (least === null || order(value, least) >= 0) && (most === null || order(value, most) <= 0);
}
