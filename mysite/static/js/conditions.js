//# allFunctionsCalledOnLoad
// What of a form is shown for given answers, what does not go together, what follows, and what is due. Pure and total: no
// page, no clock, never throws on JSON. The same rules as in formbuilder/logic/, in the same order: the server is the
// judge, and tests/formbuilder/conditions.json holds both to the same answers.
// `today` is a day as YYYY-MM-DD; numbers are counted without the error of doubles.
// What runs for every question is written plainly, without taking arrays apart: a page judges its form for the first time
// before the browser has optimised any of this. The first line makes browsers that know it compile all of it while they
// read it, off the page's thread where they can: the first judgement needs nearly everything, and what is compiled only
// when it is called is read twice.

const DEEPEST = 20;
const BLANK = /^[ \t\n\r\f\v\u00a0\u202f]+|[ \t\n\r\f\v\u00a0\u202f]+$/g;
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/; // nothing to compose, nothing blank at the ends
const NUMBER = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const RELATIVE = /^([+-][0-9]{1,5})([dwmy])$/;
const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

const isNested = (value) => typeof value === "object" && value !== null;
const isObject = (value) => isNested(value) && !Array.isArray(value);
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);
const listed = (value) => (Array.isArray(value) ? value : [value]);

/** Whether `condition` holds for `answers`, which is anything with `get`. */
export function holds(condition, answers, today, depth = 0) {
  if (condition === null || condition === undefined) return true;
  if (!isObject(condition) || depth > DEEPEST) return false;
  if (condition.all !== undefined) return joined(condition.all, true, answers, today, depth + 1);
  if (condition.any !== undefined) return joined(condition.any, false, answers, today, depth + 1);
  return compared(condition, answers, today);
}

/** Whether every part holds, or, of `every` false, whether one does. */
function joined(parts, every, answers, today, depth) {
  if (!Array.isArray(parts)) return false;
  for (let at = 0; at < parts.length; at++) if (holds(parts[at], answers, today, depth) !== every) return !every;
  return every;
}

function compared(row, answers, today) {
  const operate = typeof row.operator === "string" ? OPERATORS[row.operator] : undefined;
  if (typeof row.field !== "string" || !operate) return false;
  return operate(answers.get(row.field), constant(row.value, answers), today);
}

function constant(value, answers) {
  if (!isObject(value)) return value;
  return typeof value.field === "string" ? answers.get(value.field) : undefined;
}

/** The keys of the fields that a condition looks at, added to `found`. */
export const mentioned = (condition, found) => rows(condition, keys, found);

/** `found`, to which `add` adds what there is in every comparison of a condition. */
function rows(condition, add, found = [], depth = 0) {
  if (!isObject(condition) || depth > DEEPEST) return found;
  const parts = condition.all !== undefined ? condition.all : condition.any;
  if (parts === undefined) add(condition, found);
  else if (Array.isArray(parts)) for (let at = 0; at < parts.length; at++) rows(parts[at], add, found, depth + 1);
  return found;
}

function keys(row, found = []) {
  const value = row.value;
  if (typeof row.field === "string") found.push(row.field);
  if (isObject(value) && typeof value.field === "string") found.push(value.field);
  return found;
}

// -- Values ---------------------------------------------------------------------------------------------------------
export function isEmpty(answer) {
  if (answer === null || answer === undefined) return true;
  if (typeof answer === "string") return text(answer) === "";
  return typeof answer === "object" && Object.keys(answer).length === 0;
}

function text(value) {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return written(value);
  if (typeof value !== "string") return "";
  return PLAIN.test(value) ? value : value.normalize("NFC").replace(BLANK, "");
}

/** A number in plain digits: String() goes over to powers of ten where it is very large or small. */
function written(value) {
  if (!Number.isFinite(value)) return "";
  const short = String(value);
  if (!short.includes("e")) return short;
  const [digits, power] = short.split("e");
  const [sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits).slice(1);
  const point = whole.length + Number(power);
  return point > 0 ? sign + (whole + part).padEnd(point, "0") : `${sign}0.${"0".repeat(-point)}${whole}${part}`;
}

/** A number: `digits` over ten to the power of `places`; null where there is none. */
export function number(value) {
  const found = typeof value === "boolean" ? "" : text(value);
  if (!NUMBER.test(found)) return null;
  const point = found.indexOf(".");
  return { digits: BigInt(found.replace(".", "")), places: point < 0 ? 0 : found.length - point - 1 };
}

const TENS = [1n, 10n, 100n, 1000n, 10_000n]; // working out a power takes longer than all the rest
const ten = (power) => TENS[power] ?? 10n ** BigInt(power);
const scaled = ({ digits, places }, to) => (to === places ? digits : digits * ten(to - places));

export function compare(left, right) {
  const places = Math.max(left.places, right.places);
  return plainly(scaled(left, places), scaled(right, places));
}

/** A day as the number YYYYMMDD, given as such or relative to `today`. */
export function day(value, today) {
  const found = typeof value === "string" ? text(value) : "";
  const relative = found[0] === "+" || found[0] === "-" ? RELATIVE.exec(found) : null;
  if (relative) return moved(calendarDay(today), Number(relative[1]), relative[2]);
  return calendarDay(found === "today" ? today : found);
}

function calendarDay(value) {
  const given = typeof value === "string" ? text(value) : "";
  if (!DAY.test(given)) return null;
  return existing(Number(given.slice(0, 4)), Number(given.slice(5, 7)), Number(given.slice(8)));
}

function existing(year, month, date) {
  const right = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && date >= 1 && date <= length(year, month);
  return right ? year * 10000 + month * 100 + date : null;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const length = (year, month) => (month === 2 && isLeap(year) ? 29 : LENGTHS[month - 1]);

function moved(from, count, unit) {
  const [year, month, date] = [Math.floor(from / 10000), Math.floor(from / 100) % 100, from % 100];
  if (unit === "d" || unit === "w") {
    const at = new Date(0);
    at.setUTCFullYear(year, month - 1, date + count * (unit === "w" ? 7 : 1));
    return existing(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  }
  const months = year * 12 + month - 1 + count * (unit === "y" ? 12 : 1);
  const [to, at] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  return existing(to, at, Math.min(date, length(to, at)));
}

function clock(value) {
  const found = typeof value === "string" ? text(value) : "";
  return CLOCK.test(found) ? found : null;
}

// Letter by letter: what a whole word becomes depends on the Unicode version.
function small(found) {
  return PLAIN.test(found) ? found.toLowerCase() : Array.from(found, (letter) => letter.toLowerCase()).join("");
}

function same(left, right, depth = 0) {
  if (depth > DEEPEST) return false;
  if (!isNested(left) && !isNested(right)) return text(left) === text(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((one, index) => same(one, right[index], depth + 1));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key], depth + 1))
    );
  }
  return false;
}

// -- Operators ------------------------------------------------------------------------------------------------------
const is = (answer, value) => !isEmpty(answer) && same(answer, value);

function among(answer, value) {
  const allowed = listed(value).map(text);
  return listed(answer).some((one) => {
    const said = text(one);
    return said !== "" && allowed.includes(said);
  });
}

function contains(answer, value) {
  if (Array.isArray(answer)) return among(answer, text(value));
  const part = small(text(value));
  if (!part) return false;
  if (isObject(answer)) return Object.values(answer).some((one) => small(text(one)) === part);
  return typeof answer === "string" && small(text(answer)).includes(part);
}

/** Compares numbers, dates or times of day; never one with the other. */
const ordered = (accept) => (answer, value, today) => {
  const sign =
    sorted(number(answer), number(value), compare) ??
    sorted(day(answer, today), day(value, today), plainly) ??
    sorted(clock(answer), clock(value), plainly);
  return sign !== null && accept(sign);
};

const sorted = (left, right, order) => (left === null || right === null ? null : order(left, right));
const plainly = (left, right) => (left > right) - (left < right);

const dated = (accept) => (answer, value, today) => {
  const left = day(answer, today);
  const right = day(value, today);
  return left !== null && right !== null && accept(left, right);
};

const aged = (accept) => (answer, value, today) => {
  const born = day(answer, today);
  const years = number(value);
  if (born === null || years === null) return false;
  return accept(compare({ digits: BigInt(Math.floor((calendarDay(today) - born) / 10000)), places: 0 }, years));
};

const OPERATORS = {
  __proto__: null,
  equals: is,
  not_equals: (answer, value) => !is(answer, value),
  in: among,
  contains,
  not_contains: (answer, value) => !contains(answer, value),
  filled: (answer) => !isEmpty(answer),
  empty: isEmpty,
  gt: ordered((sign) => sign > 0),
  gte: ordered((sign) => sign >= 0),
  lt: ordered((sign) => sign < 0),
  lte: ordered((sign) => sign <= 0),
  before: dated((left, right) => left < right),
  after: dated((left, right) => left > right),
  age_gte: aged((sign) => sign >= 0),
  age_lt: aged((sign) => sign < 0),
};

// -- What must hold -------------------------------------------------------------------------------------------------
const WITHOUT_VALUE = ["filled", "empty"];

/** Those of `checks` that do not hold. One is not judged while an answer that it compares is missing. */
export function failedChecks(checks, answers, today) {
  const compares = (row) => !WITHOUT_VALUE.includes(own(row, "operator"));
  const isAnswered = (row) => keys(row).every((key) => !isEmpty(answers.get(key)));
  const canBeJudged = (check) => rows(check.condition, (row, found) => found.push(row)).filter(compares).every(isAnswered);
  return checks.filter((check) => canBeJudged(check) && !holds(check.condition, answers, today));
}

// -- What is shown --------------------------------------------------------------------------------------------------
const OPEN = 0;
const ASKING = 1;
const KNOWN = 2;

/** A question that may be asked under the condition of its step. What is found out about it is written down here. */
const asked = (field, under) => ({ field, under, state: OPEN, shown: false, answer: undefined });

/** Answers as conditions may see them: those that count. `fields` are made by `asked`. */
export class Shown {
  #fields = new Map();
  #given;
  #today;
  #around;

  constructor(fields, given, today, around = null) {
    for (let at = 0; at < fields.length; at++) this.#fields.set(fields[at].field.key, fields[at]);
    this.#given = given;
    this.#today = today;
    this.#around = around;
  }

  /** The whole form. */
  static of(definition, answers, today) {
    const fields = [];
    definition.steps.forEach((step) => step.fields?.forEach((field) => fields.push(asked(field, step.condition))));
    return new Shown(fields, answers, today);
  }

  get(key) {
    const one = this.#fields.get(key);
    if (!this.#isOwn(key, one)) return this.#around?.get(key);
    if (!one) return this.#given[key];
    return this.shows(key) ? one.answer : undefined;
  }

  /** The answer that counts to a question of the form; to what is none, nothing. */
  counting(key) {
    return this.#fields.has(key) ? this.get(key) : undefined;
  }

  /** All answers that count. */
  counted() {
    const found = [];
    this.#fields.forEach((one, key) => {
      const answer = this.#isOwn(key, one) ? this.get(key) : null;
      if (answer !== null && answer !== undefined) found.push([key, answer]);
    });
    return Object.fromEntries(found);
  }

  shows(key) {
    const one = this.#fields.get(key);
    if (!one) return true;
    if (one.state === OPEN) this.#settle(one);
    return one.shown;
  }

  holds(condition) {
    return holds(condition, this, this.#today);
  }

  /** Judges a question after those that it looks at. One that waits for itself is not shown to whatever it waits for. */
  #settle(first) {
    const waiting = [];
    this.#ask(first, waiting);
    while (waiting.length) {
      const one = waiting[waiting.length - 1];
      if (one.state === OPEN) this.#ask(one, waiting);
      if (waiting[waiting.length - 1] === one) {
        waiting.pop();
        if (one.state === ASKING) this.#judge(one);
      }
    }
    this.#judge(first);
  }

  /** Those that a question looks at, and that nobody has asked for yet, added to `waiting`. */
  #ask(one, waiting) {
    one.state = ASKING;
    const looked = needs(one.field, one.under, []);
    for (let at = 0; at < looked.length; at++) {
      const other = this.#fields.get(looked[at]);
      if (other?.state === OPEN) waiting.push(other);
    }
  }

  #judge(one) {
    const { field, under } = one;
    const shown = holds(under, this, this.#today) && holds(field.condition, this, this.#today);
    if (shown) one.answer = this.#counting(field, own(this.#given, field.key));
    one.shown = shown;
    one.state = KNOWN;
  }

  /** One row of a repeating group: it sees itself before the rest of the form. */
  row(group, answers) {
    return new Shown(group.fields.map((field) => asked(field, null)), answers, this.#today, this);
  }

  #isOwn(key, one) {
    return Object.hasOwn(this.#given, key) || one?.field.type === COMPUTED;
  }

  #counting(field, answer) {
    if (field.type === COMPUTED) return compute(field.settings?.formula, this);
    if (field.fields?.length) {
      const rows = Array.isArray(answer) ? answer.filter(isObject) : [];
      return rows.length ? rows.map((row) => this.row(field, row).counted()) : null;
    }
    if (!field.options?.length) return answer;
    const shut = field.options.filter((one) => !this.holds(one.condition)).map((one) => text(one.value));
    if (!shut.length) return answer;
    if (Array.isArray(answer)) return answer.filter((one) => !shut.includes(text(one)));
    return shut.includes(text(answer)) ? null : answer;
  }
}

/** The questions to judge before this one, added to `found`. */
function needs(field, under, found) {
  if (under) mentioned(under, found);
  if (field.condition) mentioned(field.condition, found);
  if (field.options?.length) field.options.forEach((option) => mentioned(option.condition, found));
  if (field.type === COMPUTED) found.push(...sources(field.settings?.formula));
  if (field.fields?.length) field.fields.forEach((one) => needs(one, null, found));
  return found;
}

// -- What follows from answers --------------------------------------------------------------------------------------
const COMPUTED = "computed";
const LONGEST = 2000;
const DIGITS = 15;
const PLACES = 4;
const NONE = { digits: 0n, places: 0 };

function compute(formula, answers) {
  const operation = isObject(formula) ? own(formula, "operation") : null;
  if (typeof operation !== "string" || !Object.hasOwn(OPERATIONS, operation)) return null;
  return OPERATIONS[operation](operands(formula, answers), own(formula, "separator"));
}

function sources(formula) {
  const named = isObject(formula) ? own(formula, "fields") : null;
  return Array.isArray(named) ? named.filter((one) => typeof one === "string").map((one) => split(one)[0]) : [];
}

function split(path) {
  const at = path.indexOf(".");
  return at < 0 ? [path, ""] : [path.slice(0, at), path.slice(at + 1)];
}

function operands(formula, answers) {
  const named = own(formula, "fields");
  return (Array.isArray(named) ? named : []).flatMap((path) => {
    const [key, inner] = typeof path === "string" ? split(path) : ["", ""];
    const answer = answers.get(key);
    if (!inner) return [answer];
    if (Array.isArray(answer)) return answer.filter(isObject).map((row) => own(row, inner));
    return isObject(answer) ? [partOf(answer, inner)] : [];
  });
}

/** A part of an answer, or what is known about it. */
function partOf(answer, name) {
  const known = own(answer, "known");
  return own(answer, name) === undefined && isObject(known) ? own(known, name) : own(answer, name);
}

function words(answer) {
  if (Array.isArray(answer)) return answer.map((one) => text(one)).filter(Boolean).join(", ");
  if (isObject(answer)) return Object.values(answer).map(text).filter(Boolean).join(" ");
  return typeof answer === "boolean" ? "" : text(answer);
}

function size(answer) {
  if (Array.isArray(answer)) return answer.length;
  const days = isObject(answer) ? between(own(answer, "from"), own(answer, "to")) : null;
  if (days !== null) return Math.max(0, days + 1);
  return answer === false || isEmpty(answer) ? 0 : 1;
}

/** The days from one to another. */
function between(start, end) {
  const [first, last] = [calendarDay(start), calendarDay(end)];
  if (!first || !last) return null;
  const at = (day) => new Date(0).setUTCFullYear(Math.floor(day / 10000), (Math.floor(day / 100) % 100) - 1, day % 100);
  return Math.round((at(last) - at(first)) / 86_400_000);
}

function plus(left, right) {
  const places = Math.max(left.places, right.places);
  return { digits: scaled(left, places) + scaled(right, places), places };
}

const minus = (value) => ({ ...value, digits: -value.digits });
const times = (left, right) => ({ digits: left.digits * right.digits, places: left.places + right.places });

/** In no more digits than it needs, at most four after the point; null where it is out of all reason. */
export function counted(value) {
  const size = value.digits < 0n ? -value.digits : value.digits;
  if (size >= ten(DIGITS + value.places)) return null;
  const digits = rounded(size * ten(PLACES), ten(value.places));
  return (value.digits < 0n && digits ? "-" : "") + decimal({ digits, places: PLACES });
}

const OPERATIONS = {
  concat(values, separator) {
    const joined = values.map(words).filter(Boolean).join(typeof separator === "string" ? separator : " ");
    return Array.from(joined).slice(0, LONGEST).join("") || null;
  },
  sum(values) {
    const numbers = values.map((one) => number(one)).filter(Boolean);
    return numbers.length ? counted(numbers.reduce(plus)) : null;
  },
  product(values) {
    const numbers = values.map((one) => number(one));
    return numbers.length && numbers.every(Boolean) ? counted(numbers.reduce(times)) : null;
  },
  difference(values) {
    const days = values.length === 2 ? between(values[1], values[0]) : null;
    if (days !== null) return String(days);
    const [first, ...rest] = values.map((one) => number(one));
    return first ? counted(rest.reduce((left, right) => plus(left, minus(right ?? NONE)), first)) : null;
  },
  count: (values) => String(values.reduce((soFar, one) => soFar + size(one), 0)),
};

// -- What is due ----------------------------------------------------------------------------------------------------
const MOST = { digits: 1_000_000n, places: 0 };
const ONE = { digits: 1n, places: 0 };

/** The lines of `fees` that apply: `quantity` as text, amounts as whole numbers (BigInt) of the smallest coin. */
export function feesDue(fees, shown, today) {
  const answers = { get: (key) => shown.counting(key) };
  return fees.flatMap((fee) => {
    const quantity = fee.quantity ? quantityOf(answers.get(fee.quantity)) : ONE;
    if (!quantity.digits || !holds(fee.condition, answers, today)) return [];
    const exempt = fee.exempt && holds(fee.exempt, answers, today);
    const total = exempt ? 0n : rounded(quantity.digits * BigInt(fee.amount), ten(quantity.places));
    return [{ key: fee.key, quantity: decimal(quantity), total, vat: vatIncluded(total, fee.vat ?? "") }];
  });
}

/** The value-added tax in an amount that includes it at `rate` per cent. */
export function vatIncluded(total, rate) {
  const share = number(rate);
  if (!share || share.digits <= 0n) return 0n;
  return rounded(total * share.digits, 100n * ten(share.places) + share.digits);
}

function quantityOf(answer) {
  if (typeof answer === "boolean") return { digits: answer ? 1n : 0n, places: 0 };
  if (Array.isArray(answer)) return { digits: BigInt(answer.length), places: 0 };
  const found = number(answer);
  if (!found || found.digits <= 0n) return NONE;
  return compare(found, MOST) > 0 ? MOST : found;
}

/** Half up. */
function rounded(over, under) {
  const [double, twice] = [2n * over + under, 2n * under];
  const rest = double % twice;
  return (double - (rest < 0n ? rest + twice : rest)) / twice;
}

/** A number with no more digits than it needs. */
function decimal({ digits, places }) {
  const written = String(digits).padStart(places + 1, "0");
  const [whole, part] = [written.slice(0, written.length - places), written.slice(written.length - places)];
  return places && /[1-9]/.test(part) ? `${whole}.${part.replace(/0+$/, "")}` : whole;
}
