// What of a form is shown for given answers, what does not go together, what follows, and what is due. Pure and total: no
// page, no clock, never throws on JSON. The same rules as in formbuilder/logic/, in the same order: the server is the
// judge, and tests/formbuilder/conditions.json holds both to the same answers.
// `today` is a day as YYYY-MM-DD; numbers are counted without the error of doubles.

const DEEPEST = 20;
const BLANK = /^[ \t\n\r\f\v\u00a0\u202f]+|[ \t\n\r\f\v\u00a0\u202f]+$/g;
const NUMBER = /^([+-]?)([0-9]+)(?:\.([0-9]+))?$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const RELATIVE = /^([+-][0-9]{1,5})([dwmy])$/;
const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);
const listed = (value) => (Array.isArray(value) ? value : [value]);

/** Whether `condition` holds for `answers`, which is anything with `get`. */
export function holds(condition, answers, today, depth = 0) {
  if (condition === null || condition === undefined) return true;
  if (!isObject(condition) || depth > DEEPEST) return false;
  const judge = (one) => holds(one, answers, today, depth + 1);
  if (Object.hasOwn(condition, "all")) return Array.isArray(condition.all) && condition.all.every(judge);
  if (Object.hasOwn(condition, "any")) return Array.isArray(condition.any) && condition.any.some(judge);
  const key = own(condition, "field");
  const operator = own(condition, "operator");
  if (typeof key !== "string" || typeof operator !== "string" || !Object.hasOwn(OPERATORS, operator)) return false;
  return OPERATORS[operator](answers.get(key), constant(own(condition, "value"), answers), today);
}

function constant(value, answers) {
  if (!isObject(value)) return value;
  const key = own(value, "field");
  return typeof key === "string" ? answers.get(key) : undefined;
}

/** The keys of the fields that a condition looks at. */
export const mentioned = (condition) => rows(condition).flatMap(keys);

/** Every comparison in a condition. */
function rows(condition, depth = 0) {
  if (!isObject(condition) || depth > DEEPEST) return [];
  for (const word of ["all", "any"]) {
    if (!Object.hasOwn(condition, word)) continue;
    return Array.isArray(condition[word]) ? condition[word].flatMap((one) => rows(one, depth + 1)) : [];
  }
  return [condition];
}

function keys(row) {
  const value = own(row, "value");
  const found = [own(row, "field"), isObject(value) ? own(value, "field") : null];
  return found.filter((key) => typeof key === "string");
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
  return typeof value === "string" ? value.normalize("NFC").replace(BLANK, "") : "";
}

/** A number in plain digits: String() goes over to powers of ten where it is very large or small. */
function written(value) {
  if (!Number.isFinite(value)) return "";
  const [digits, power] = String(value).split("e");
  if (power === undefined) return digits;
  const [sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits).slice(1);
  const point = whole.length + Number(power);
  return point > 0 ? sign + (whole + part).padEnd(point, "0") : `${sign}0.${"0".repeat(-point)}${whole}${part}`;
}

/** A number: `digits` over ten to the power of `places`; null where there is none. */
export function number(value) {
  const found = typeof value === "boolean" ? null : NUMBER.exec(text(value));
  if (!found) return null;
  const [, sign, whole, part = ""] = found;
  return { digits: BigInt(whole + part) * (sign === "-" ? -1n : 1n), places: part.length };
}

const scaled = ({ digits, places }, to) => digits * 10n ** BigInt(to - places);

export function compare(left, right) {
  const places = Math.max(left.places, right.places);
  const [a, b] = [scaled(left, places), scaled(right, places)];
  return (a > b) - (a < b);
}

/** A day as the number YYYYMMDD, given as such or relative to `today`. */
export function day(value, today) {
  const found = typeof value === "string" ? text(value) : "";
  const relative = RELATIVE.exec(found);
  if (relative) return moved(calendarDay(today), Number(relative[1]), relative[2]);
  return calendarDay(found === "today" ? today : found);
}

function calendarDay(value) {
  const given = typeof value === "string" ? DAY.exec(text(value)) : null;
  return given && existing(Number(given[1]), Number(given[2]), Number(given[3]));
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
const small = (value) => Array.from(text(value), (letter) => letter.toLowerCase()).join("");

function same(left, right, depth = 0) {
  if (depth > DEEPEST) return false;
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
  const nested = [left, right].some((value) => typeof value === "object" && value !== null);
  return !nested && text(left) === text(right);
}

// -- Operators ------------------------------------------------------------------------------------------------------
const is = (answer, value) => !isEmpty(answer) && same(answer, value);

function among(answer, value) {
  const allowed = new Set(listed(value).map(text));
  allowed.delete("");
  return listed(answer).some((one) => allowed.has(text(one)));
}

function contains(answer, value) {
  if (Array.isArray(answer)) return among(answer, text(value));
  return typeof answer === "string" && text(value) !== "" && small(answer).includes(small(text(value)));
}

const plainly = (left, right) => (left > right) - (left < right);
const ORDERS = [
  [number, compare],
  [day, plainly],
  [clock, plainly],
];

/** Compares numbers, dates or times of day; never one with the other. */
const ordered = (accept) => (answer, value, today) => {
  for (const [read, order] of ORDERS) {
    const [left, right] = [read(answer, today), read(value, today)];
    if (left !== null && right !== null) return accept(order(left, right));
  }
  return false;
};

const dated = (accept) => (answer, value, today) => {
  const [left, right] = [day(answer, today), day(value, today)];
  return left !== null && right !== null && accept(left, right);
};

const aged = (accept) => (answer, value, today) => {
  const [born, years] = [day(answer, today), number(value)];
  if (born === null || years === null) return false;
  return accept(compare(number(Math.floor((calendarDay(today) - born) / 10000)), years));
};

const OPERATORS = {
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
  const canBeJudged = (check) => rows(check.condition).filter(compares).every(isAnswered);
  return checks.filter((check) => canBeJudged(check) && !holds(check.condition, answers, today));
}

// -- What is shown --------------------------------------------------------------------------------------------------
/** Answers as conditions may see them: those that count. `fields` are pairs of a field and its step's condition. */
export class Shown {
  #fields;
  #given;
  #today;
  #around;
  #known = new Map();
  #asking = new Set();

  constructor(fields, given, today, around = null) {
    this.#fields = new Map(fields.map((pair) => [pair[0].key, pair]));
    this.#given = given;
    this.#today = today;
    this.#around = around;
  }

  /** The whole form. */
  static of(definition, answers, today) {
    const fields = definition.steps.flatMap((step) => (step.fields ?? []).map((field) => [field, step.condition]));
    return new Shown(fields, answers, today);
  }

  get(key) {
    if (!this.#isOwn(key)) return this.#around?.get(key);
    if (!this.#fields.has(key)) return this.#given[key];
    return this.shows(key) ? this.#known.get(key).answer : undefined;
  }

  /** All answers that count. */
  counted() {
    const found = [...this.#fields.keys()].filter((key) => this.#isOwn(key)).map((key) => [key, this.get(key)]);
    return Object.fromEntries(found.filter(([, answer]) => answer !== null && answer !== undefined));
  }

  shows(key) {
    if (this.#asking.has(key) || !this.#fields.has(key)) return !this.#fields.has(key);
    const waiting = this.#known.has(key) ? [] : [key];
    while (waiting.length) {
      const one = waiting.at(-1);
      if (!this.#asking.has(one) && !this.#known.has(one)) {
        this.#asking.add(one);
        waiting.push(...this.#needs(...this.#fields.get(one)).filter((need) => this.#isOpen(need)));
      }
      if (waiting.at(-1) === one) this.#settle(waiting.pop());
    }
    return this.#known.get(key).shown;
  }

  holds(condition) {
    return holds(condition, this, this.#today);
  }

  #settle(key) {
    if (this.#known.has(key)) return;
    this.#known.set(key, this.#judge(...this.#fields.get(key)));
    this.#asking.delete(key);
  }

  /** One row of a repeating group: it sees itself before the rest of the form. */
  row(group, answers) {
    return new Shown(group.fields.map((field) => [field, null]), answers, this.#today, this);
  }

  #isOwn(key) {
    return Object.hasOwn(this.#given, key) || this.#fields.get(key)?.[0].type === COMPUTED;
  }

  #isOpen(key) {
    return this.#fields.has(key) && !this.#known.has(key) && !this.#asking.has(key);
  }

  #needs(field, stepCondition) {
    return [
      ...mentioned(stepCondition),
      ...mentioned(field.condition),
      ...(field.options ?? []).flatMap((option) => mentioned(option.condition)),
      ...(field.type === COMPUTED ? sources(field.settings?.formula) : []),
      ...(field.fields ?? []).flatMap((one) => this.#needs(one, null)),
    ];
  }

  #judge(field, stepCondition) {
    const shown = this.holds(stepCondition) && this.holds(field.condition);
    return { shown, answer: shown ? this.#counting(field, own(this.#given, field.key)) : undefined };
  }

  #counting(field, answer) {
    if (field.type === COMPUTED) return compute(field.settings?.formula, this);
    if (field.fields?.length) {
      const rows = Array.isArray(answer) ? answer.filter(isObject) : [];
      return rows.length ? rows.map((row) => this.row(field, row).counted()) : null;
    }
    const shut = (field.options ?? []).filter((one) => !this.holds(one.condition)).map((one) => text(one.value));
    if (!shut.length) return answer;
    if (Array.isArray(answer)) return answer.filter((one) => !shut.includes(text(one)));
    return shut.includes(text(answer)) ? null : answer;
  }
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
    return Array.isArray(answer) ? answer.filter(isObject).map((row) => own(row, inner)) : [];
  });
}

function words(answer) {
  if (Array.isArray(answer)) return answer.map((one) => text(one)).filter(Boolean).join(", ");
  if (isObject(answer)) return Object.values(answer).map((one) => text(one)).filter(Boolean).join(" ");
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
  if (size >= 10n ** BigInt(DIGITS + value.places)) return null;
  const digits = rounded(size * 10n ** BigInt(PLACES), 10n ** BigInt(value.places));
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
  const counting = shown.counted();
  const answers = { get: (key) => own(counting, key) };
  return fees.flatMap((fee) => {
    const quantity = fee.quantity ? quantityOf(answers.get(fee.quantity)) : ONE;
    if (!quantity.digits || !holds(fee.condition, answers, today)) return [];
    const exempt = fee.exempt && holds(fee.exempt, answers, today);
    const total = exempt ? 0n : rounded(quantity.digits * BigInt(fee.amount), 10n ** BigInt(quantity.places));
    return [{ key: fee.key, quantity: decimal(quantity), total, vat: vatIncluded(total, fee.vat ?? "") }];
  });
}

/** The value-added tax in an amount that includes it at `rate` per cent. */
export function vatIncluded(total, rate) {
  const share = number(rate);
  if (!share || share.digits <= 0n) return 0n;
  return rounded(total * share.digits, 100n * 10n ** BigInt(share.places) + share.digits);
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
  const rest = ((double % twice) + twice) % twice;
  return (double - rest) / twice;
}

/** A number with no more digits than it needs. */
function decimal({ digits, places }) {
  const written = String(digits).padStart(places + 1, "0");
  const [whole, part] = [written.slice(0, written.length - places), written.slice(written.length - places)];
  return places && /[1-9]/.test(part) ? `${whole}.${part.replace(/0+$/, "")}` : whole;
}
