// What an editor says about a form's own questions: conditions as sentences, and questions chosen by their words.
// Both keep what they say in the input that Wagtail knows; what they cannot show is kept as it is.
//
// The page brings two data elements: "form-questions" (every step with its questions, and which step is on the
// screen) and "condition-words". Questions on the screen count as they stand there, saved or not.

const ON_SCREEN = /^(.*-fields-\d+)-value-key$/;
const INSIDE = /^(.*-fields-\d+)-value-fields-\d+$/; // a question of a repeating group
const DEEPEST = 4; // levels of groups that are drawn
const UNITS = ["d", "w", "m", "y"];
const RELATIVE = /^([+-])(\d+)([dwmy])$/;

const read = new WeakMap();

/** What the element of this id says, read once: dozens of conditions ask for it. An outline drawn anew brings new elements. */
function data(id) {
  const holder = document.getElementById(id);
  if (holder && !read.has(holder)) read.set(holder, JSON.parse(holder.textContent || "null"));
  return holder && read.get(holder);
}

function element(tag, properties = {}, children = []) {
  const { data: dataset = {}, aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children);
  return made;
}

// -- The questions of the form ----------------------------------------------------------------------------
/** A key as the server makes it from a label, and free here. */
function keyOf(label, type, taken) {
  const made = label
    .normalize("NFKD")
    .replace(/\P{ASCII}/gu, "")
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/[-\s]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  const key = /^[a-z]/.test(made) ? made : `${type}_${made}`.replace(/_+$/, "");
  let free = key;
  for (let number = 2; taken.has(free); number += 1) free = `${key}_${number}`;
  return free;
}

/** The input of this name. A form finds its own by name without a walk over the page, which has ten thousands of nodes. */
function input(name) {
  for (const form of document.forms) {
    const found = form.elements.namedItem(name);
    if (found) return found instanceof RadioNodeList ? found[0] : found;
  }
  return null;
}

/** Whether a block, or one around it, was removed on the screen. */
function isDeleted(name) {
  const parts = name.split("-value-");
  return parts.some((_, index) => index && input(`${parts.slice(0, index).join("-value-")}-deleted`)?.value === "1");
}

/** The questions on the screen in their order, each with the group around it, if any. */
function onScreen(known, tables) {
  const taken = new Set(known);
  const found = [];
  for (const holder of document.querySelectorAll('[name$="-value-key"]')) {
    const prefix = ON_SCREEN.exec(holder.name)?.[1];
    if (prefix && !isDeleted(holder.name)) {
      const type = input(`${prefix}-type`)?.value ?? "";
      const label = input(`${prefix}-value-label`)?.value ?? "";
      const place = Number(input(`${prefix}-order`)?.value ?? 0);
      if (label || holder.value) found.push({ prefix, holder, type, label: label || holder.value, place });
      if (holder.value) taken.add(holder.value);
    }
  }
  for (const question of found) {
    question.key = question.holder.value || keyOf(question.label, question.type, taken);
    taken.add(question.key);
    question.group = INSIDE.exec(question.prefix)?.[1] ?? "";
    if (input(`${question.prefix}-value-formula-operation`)?.value === "concat") question.compares = "text";
    question.options = tables[input(`${question.prefix}-value-table`)?.value] ?? optionsOf(question.prefix);
  }
  return found.sort((one, other) => one.place - other.place);
}

function optionsOf(prefix) {
  const count = Number(input(`${prefix}-value-options-count`)?.value ?? 0);
  const found = [];
  for (let number = 0; number < count; number += 1) {
    const start = `${prefix}-value-options-${number}`;
    if (input(`${start}-deleted`)?.value === "1") continue;
    const label = input(`${start}-value-label`)?.value ?? "";
    const holder = input(`${start}-value-value`);
    const value = holder?.value || (label && keyOf(label, "option", new Set(found.map((one) => one.value))));
    if (value) found.push({ value, label: label || value, holder });
  }
  return found;
}

const asOption = ([value, label]) => ({ value, label });

/**
 * What may be looked at from the input of this name, as [{title, questions}]: the questions of every step, those of
 * the same repeating group, and from stages what agents and other stages add. Neither a question nor a step looks at
 * itself.
 */
function lists(name) {
  const form = data("form-questions");
  if (!form) return [];
  const compares = (question) => ({ ...question, compares: question.compares ?? form.compares[question.type] ?? "given" });
  const keys = form.steps.filter(({ id }) => id !== form.current).flatMap(({ questions }) => questions.map(({ key }) => key));
  const tables = Object.fromEntries(Object.entries(form.tables).map(([key, rows]) => [key, rows.map(asOption)]));
  const live = form.current ? onScreen(keys, tables) : [];
  const mine = (question) => name.startsWith(`${question.prefix}-`);
  const asked = live.filter((question) => question.type in form.compares);
  const found = form.steps
    .map(({ id, title, questions }, number) => ({
      title: `${number + 1}. ${title}`,
      questions:
        id === form.current
          ? asked
              .filter((question) => !question.group && !mine(question))
              .map((question) => ({ ...question, rows: rowsOf(question, asked, questions) }))
          : questions.map((one) => ({ ...one, options: tables[one.table] ?? (one.options ?? []).map(asOption) })),
      current: id === form.current,
    }))
    .filter(({ current }) => !(current && name === "step-condition"));
  const group = live.find((question) => question.type === "group" && name.startsWith(`${question.prefix}-value-fields-`));
  if (group) {
    const inner = asked.filter((question) => question.group === group.prefix && !mine(question));
    found.unshift({ title: group.label, questions: inner });
  }
  if (form.kept && name.startsWith("stages-")) {
    const options = (one) => one.options.map(([value, label]) => ({ value, label }));
    found.push({ title: form.kept.title, questions: form.kept.questions.map((one) => ({ ...one, options: options(one) })) });
  }
  return found
    .map(({ title, questions }) => ({ title, questions: questions.map(compares) }))
    .filter(({ questions }) => questions.length);
}

/** What is under a question on the screen: the questions of its group, or what was known about its answer when saved. */
function rowsOf({ key, prefix }, asked, saved) {
  const inside = asked.filter(({ group }) => group === prefix);
  return inside.length ? inside : (saved.find((one) => one.key === key)?.rows ?? []);
}

/** The questions of repeating groups too, each under its group: "enfants.age". */
function withRows(questions) {
  return questions.flatMap((question) => [
    question,
    ...(question.rows ?? []).map((row) => ({ ...row, key: `${question.key}.${row.key}`, label: `${question.label}: ${row.label}` })),
  ]);
}

function find(listed, key) {
  for (const { questions } of listed) {
    const found = questions.find((question) => question.key === key);
    if (found) return found;
  }
  return undefined;
}

/** A new question or option has no key until it is saved: it gets the one that is written down here. */
function settle(thing, key) {
  if (thing?.holder && !thing.holder.value) thing.holder.value = key;
}

/** A select over questions, by step. */
function questionSelect(listed, chosen, empty, gone) {
  const select = element("select", {}, [element("option", { value: "", textContent: empty })]);
  for (const { title, questions } of listed) {
    const options = questions.map(({ key, label }) =>
      element("option", { value: key, textContent: label, selected: key === chosen }),
    );
    select.append(element("optgroup", { label: title }, options));
  }
  if (chosen && !find(listed, chosen)) {
    select.append(element("option", { value: chosen, textContent: `${gone} (${chosen})`, selected: true }));
  }
  return select;
}

// -- Conditions as rows -----------------------------------------------------------------------------------
/**
 * The condition as {join, rows}, a row or such a group each; null where it has more levels than are shown. "One of" no
 * line (`never`) holds for nobody: authors park questions under it.
 */
function unfold(condition, level = 0) {
  if (!condition) return { join: "all", rows: [] };
  const join = ["all", "any"].find((word) => Array.isArray(condition[word]));
  if (!join) return { join: "all", rows: [{ ...condition }] };
  if (join === "any" && !condition.any.length) return { join, rows: [], never: true };
  const rows = condition[join].map((part) => {
    if (!part || typeof part !== "object") return null;
    if (!part.all && !part.any) return { ...part };
    return level < DEEPEST ? unfold(part, level + 1) : null;
  });
  return rows.includes(null) ? null : { join, rows };
}

/** The JSON that rows say; null where they say nothing. */
function fold({ join, rows, never }) {
  if (never) return { any: [] };
  const parts = rows.map((row) => (row.rows ? fold(row) : row.field ? row : null)).filter(Boolean);
  if (!parts.length) return null;
  return parts.length === 1 ? parts[0] : { [join]: parts };
}

class ConditionController extends window.StimulusModule.Controller {
  static values = { purpose: { type: String, default: "shown" } };

  connect() {
    this.redraw = () => this.state && this.draw();
    window.addEventListener("outline:changed", this.redraw);
    this.told = data("condition-words");
    this.element.hidden = Boolean(this.told);
    if (!this.told) return;
    this.words = { ...this.told.words, ...this.told.purposes[this.purposeValue] };
    this.texts = this.told.words;
    this.box = element("div", { className: "condition", role: "group" });
    this.box.addEventListener("focusin", (event) => this.freshen(event));
    this.element.after(this.box);
    window.whenPlaced(this.box, () => this.start());
  }

  disconnect() {
    window.removeEventListener("outline:changed", this.redraw);
    this.box?.remove();
    this.box = null;
  }

  start() {
    try {
      this.state = unfold(JSON.parse(this.element.value || "null"));
    } catch {
      this.state = null;
    }
    this.draw();
  }

  write() {
    this.element.value = JSON.stringify(fold(this.state));
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Draws anew, and gives the focus back to what had it, or to what is named. */
  draw(focus = document.activeElement?.dataset.at) {
    const had = this.box.contains(document.activeElement) || focus !== document.activeElement?.dataset.at;
    this.known = null;
    this.box.replaceChildren(...(this.state ? this.whole() : this.unreadable()));
    if (had && focus) this.box.querySelector(`[data-at="${focus}"]`)?.focus();
  }

  /** What may be looked at, read when it is first needed: most conditions have no row, and list nothing. */
  get listed() {
    this.known ??= lists(this.element.name);
    return this.known;
  }

  /** Questions that were typed since are listed as soon as somebody chooses one. */
  freshen(event) {
    if (event.target.dataset.at?.endsWith("question") && this.listed.length !== 0) {
      const now = JSON.stringify(lists(this.element.name).map(({ questions }) => questions.map(({ key, label }) => [key, label])));
      const before = JSON.stringify(this.listed.map(({ questions }) => questions.map(({ key, label }) => [key, label])));
      if (now !== before) this.draw(event.target.dataset.at);
    }
  }

  unreadable() {
    return this.standing(this.texts.nested);
  }

  /** A condition that is not changed line by line: what it says, and the way to be rid of it. */
  standing(says) {
    const clear = this.button(this.texts.clear, "clear", () => {
      this.state = { join: "all", rows: [] };
      this.done("add");
    });
    return [element("p", { className: "condition-lead", textContent: says }), clear];
  }

  whole() {
    const { rows, never } = this.state;
    if (never) return this.standing(this.words.never);
    const several = rows.length > 1;
    if (!rows.length) {
      return [
        element("p", { className: "condition-lead", textContent: this.words.always }),
        this.button(this.words.add, "add", () => this.add(this.state, "0")),
      ];
    }
    const lead = several
      ? this.joinSelect(this.state, "", { all: this.words.all, any: this.words.any })
      : element("p", { className: "condition-lead", textContent: rows[0].rows ? this.words.all : this.words.one });
    return [lead, this.list(this.state, ""), this.foot(this.state, "", true)];
  }

  list(group, at) {
    const rows = group.rows.map((row, number) => {
      const here = `${at}${number}`;
      const word = number ? [element("span", { className: "condition-and", textContent: this.texts[group.join === "all" ? "and" : "or"] })] : [];
      const body = row.rows ? this.group(group, row, number, here) : this.row(group, row, number, here);
      return element("li", {}, [...word, body]);
    });
    return element("ul", { className: "condition-rows" }, rows);
  }

  group(around, group, number, at) {
    if (group.never) {
      const says = element("span", { className: "condition-lead", textContent: this.texts.never });
      const head = [says, this.remover(this.texts.removeGroup, around, number, at)];
      return element("div", { className: "condition-group" }, [element("div", { className: "condition-group-head" }, head)]);
    }
    const lead = this.joinSelect(group, `${at}.`, { all: this.texts.all, any: this.texts.any });
    const remove = this.remover(this.texts.removeGroup, around, number, at);
    const head = element("div", { className: "condition-group-head" }, [lead, remove]);
    return element("div", { className: "condition-group" }, [head, this.list(group, `${at}.`), this.foot(group, `${at}.`)]);
  }

  foot(group, at, outer = false) {
    const next = `${at}${group.rows.length}`;
    const more = [this.button(this.texts.add, `${at}add`, () => this.add(group, next))];
    if (outer) {
      const begin = () => {
        group.rows.push({ join: group.join === "all" ? "any" : "all", rows: [{ field: "" }] });
        this.done(`${next}.0.question`);
      };
      more.push(this.button(this.texts.addGroup, `${at}group`, begin));
    }
    return element("div", { className: "condition-foot" }, more);
  }

  add(group, at) {
    group.rows.push({ field: "" });
    this.done(`${at}.question`);
  }

  /** Writes and draws, with the focus on the control of this place. */
  done(at) {
    this.write();
    this.draw(at);
  }

  // -- one comparison -------------------------------------------------------------------------------------
  row(group, row, number, at) {
    const question = find(this.listed, row.field);
    const parts = [this.questionOf(row, at)];
    if (row.field) {
      parts.push(this.operatorOf(row, question, at));
      if (this.takesValue(row, question)) parts.push(this.valueOf(row, question, at));
    }
    parts.push(this.remover(this.texts.remove, group, number, at));
    return element("div", { className: "condition-row" }, parts);
  }

  questionOf(row, at) {
    const empty = this.listed.length ? this.texts.choose : this.texts.none;
    const select = questionSelect(this.listed, row.field, empty, this.texts.gone);
    return this.control(select, this.texts.question, `${at}.question`, (key) => {
      const question = find(this.listed, key);
      settle(question, key);
      const fitting = this.comparisons(question).map(([name]) => name);
      row.field = key;
      row.operator = fitting.includes(row.operator) ? row.operator : fitting[0];
      delete row.value;
      this.prime(row, question);
    });
  }

  operatorOf(row, question, at) {
    const listed = this.comparisons(question);
    const select = element("select");
    for (const [name, text] of listed) {
      select.append(element("option", { value: name, textContent: text, selected: name === row.operator }));
    }
    if (row.operator && !listed.some(([name]) => name === row.operator)) {
      select.append(element("option", { value: row.operator, textContent: row.operator, selected: true }));
    }
    return this.control(select, this.texts.operator, `${at}.operator`, (operator) => {
      const kept = this.shape(row, question);
      row.operator = operator;
      if (kept !== this.shape(row, question)) delete row.value;
      this.prime(row, question);
    });
  }

  comparisons(question) {
    return this.told.comparisons[question?.compares ?? "text"] ?? [];
  }

  takesValue(row, question) {
    return this.comparisons(question).find(([name]) => name === row.operator)?.[2] ?? row.value !== undefined;
  }

  /** Which controls the value of a row needs. */
  shape(row, question) {
    if (!this.takesValue(row, question)) return "none";
    const kind = question?.compares ?? "text";
    if (["age_gte", "age_lt"].includes(row.operator)) return "years";
    if (row.operator === "in") return ["option", "options"].includes(kind) ? "ticks" : "words";
    return { option: "pick", options: "pick", yes_no: "yes_no", number: "number", date: "date", time: "time" }[kind] ?? "text";
  }

  /** What a comparison begins with, where one answer is as good as any. */
  prime(row, question) {
    const shape = this.shape(row, question);
    if (shape === "none") delete row.value;
    else if (row.value === undefined) row.value = { yes_no: true, ticks: [], words: [] }[shape] ?? "";
  }

  valueOf(row, question, at) {
    const shape = this.shape(row, question);
    const compared = ["number", "date", "time", "text"].includes(shape);
    const draw = {
      yes_no: () => [this.yesNo(row, at)],
      pick: () => [this.pick(row, question, at)],
      ticks: () => [this.ticks(row, question)],
      words: () => [this.wordsOf(row, at)],
      years: () => [this.field(row, "number", at, Number), element("span", { textContent: this.texts.years })],
    }[shape];
    return element("div", { className: "condition-value" }, compared ? this.comparedWith(row, shape, at) : draw());
  }

  yesNo(row, at) {
    const choices = [["true", this.texts.yes], ["false", this.texts.no]];
    return this.choice(choices, String(row.value), this.texts.value, `${at}.value`, (value) => {
      row.value = value === "true";
    });
  }

  pick(row, question, at) {
    const options = question?.options ?? [];
    const choices = [["", "–"], ...options.map(({ value, label }) => [value, label])];
    const value = String(row.value ?? "");
    if (value && !options.some((one) => one.value === value)) choices.push([value, value]);
    return this.choice(choices, value, this.texts.value, `${at}.value`, (chosen) => {
      settle(options.find((one) => one.value === chosen), chosen);
      row.value = chosen;
    });
  }

  ticks(row, question) {
    const chosen = new Set(Array.isArray(row.value) ? row.value : [row.value]);
    const boxes = (question?.options ?? []).map((option) => {
      const box = element("input", { type: "checkbox", checked: chosen.has(option.value) });
      box.addEventListener("change", () => {
        settle(option, option.value);
        chosen[box.checked ? "add" : "delete"](option.value);
        row.value = [...chosen].filter(Boolean);
        this.write();
      });
      return element("label", {}, [box, ` ${option.label}`]);
    });
    return element("div", { className: "condition-ticks", role: "group", aria: { label: this.texts.value } }, boxes);
  }

  wordsOf(row, at) {
    const split = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);
    const field = this.field(row, "text", at, split);
    field.value = Array.isArray(row.value) ? row.value.join(", ") : String(row.value ?? "");
    field.setAttribute("aria-label", this.texts.several);
    field.placeholder = this.texts.several;
    return field;
  }

  /** A constant, a day counted from today, or the answer to another question of the same kind. */
  comparedWith(row, shape, at) {
    const moved = shape === "date" && RELATIVE.exec(row.value ?? "");
    const kind = row.value?.field !== undefined ? "answer" : row.value === "today" ? "today" : moved ? "later" : "fixed";
    const kinds = shape === "date" ? ["fixed", "today", "later", "answer"] : ["fixed", "answer"];
    const texts = { ...this.texts, fixed: shape === "date" ? this.texts.day : this.texts.fixed };
    const choose = this.choice(kinds.map((one) => [one, texts[one]]), kind, this.texts.compared, `${at}.kind`, (chosen) => {
      row.value = { answer: { field: "" }, today: "today", later: "+1d", fixed: "" }[chosen];
    });
    const rest = {
      fixed: () => [this.field(row, { number: "number", date: "date", time: "time" }[shape] ?? "text", at, shape === "number" ? Number : String)],
      today: () => [],
      later: () => this.counted(row, moved, at),
      answer: () => [this.answer(row, shape, at)],
    }[kind]();
    return [choose, ...rest];
  }

  counted(row, [, sign, count, unit], at) {
    const say = (given) => {
      row.value = `${given.sign ?? sign}${given.count ?? count}${given.unit ?? unit}`;
    };
    const number = element("input", { type: "number", min: 0, max: 99999, value: count, className: "condition-count" });
    this.listen(number, this.texts.count, `${at}.count`, () => {
      count = String(Math.max(0, Math.trunc(Number(number.value) || 0)));
      say({});
    });
    const units = this.texts.units.split("|").map((text, index) => [UNITS[index], text]);
    const sides = [["+", this.texts.after], ["-", this.texts.before]];
    return [
      number,
      this.choice(units, unit, this.texts.unit, `${at}.unit`, (chosen) => say({ unit: chosen })),
      this.choice(sides, sign, this.texts.compared, `${at}.side`, (chosen) => say({ sign: chosen })),
    ];
  }

  answer(row, shape, at) {
    const listed = this.listed
      .map(({ title, questions }) => ({ title, questions: questions.filter(({ key, compares }) => compares === shape && key !== row.field) }))
      .filter(({ questions }) => questions.length);
    const select = questionSelect(listed, row.value.field, this.texts.choose, this.texts.gone);
    return this.control(select, this.texts.answer, `${at}.answer`, (key) => {
      settle(find(listed, key), key);
      row.value = { field: key };
    });
  }

  // -- controls -------------------------------------------------------------------------------------------
  field(row, type, at, read) {
    const field = element("input", { type, value: typeof row.value === "object" ? "" : String(row.value ?? "") });
    if (type === "number") field.step = "any";
    this.listen(field, this.texts.value, `${at}.value`, () => {
      row.value = type === "number" && field.value === "" ? "" : read(field.value.trim());
    });
    return field;
  }

  listen(field, label, at, change) {
    field.setAttribute("aria-label", label);
    field.dataset.at = at;
    field.addEventListener("input", () => {
      change();
      this.write();
    });
  }

  choice(choices, chosen, label, at, change) {
    const options = choices.map(([value, text]) => element("option", { value, textContent: text, selected: value === chosen }));
    return this.control(element("select", {}, options), label, at, change);
  }

  control(select, label, at, change) {
    select.setAttribute("aria-label", label);
    select.dataset.at = at;
    select.addEventListener("change", () => {
      change(select.value);
      this.done(at);
    });
    return select;
  }

  joinSelect(group, at, texts) {
    const choices = Object.entries(texts);
    const select = this.choice(choices, group.join, texts.all, `${at}join`, (join) => {
      group.join = join;
    });
    select.classList.add("condition-lead");
    return select;
  }

  remover(label, group, number, at) {
    const press = () => {
      group.rows.splice(number, 1);
      this.done(group.rows.length ? `${at.replace(/\d+$/, "")}${Math.max(0, number - 1)}.question` : "add");
    };
    const made = this.button("×", `${at}.remove`, press);
    made.setAttribute("aria-label", label);
    made.classList.add("condition-remove");
    return made;
  }

  button(text, at, press) {
    const made = element("button", { type: "button", className: "button button-small button-secondary", textContent: text, data: { at } });
    made.addEventListener("click", press);
    return made;
  }
}

// -- A question, or several, chosen by their words -----------------------------------------------------------
class QuestionController extends window.StimulusModule.Controller {
  static values = { compares: String, types: String, several: Boolean, rows: Boolean, empty: String };

  connect() {
    this.redraw = () => this.box?.hasChildNodes() && this.draw();
    window.addEventListener("outline:changed", this.redraw);
    this.texts = data("condition-words")?.words;
    if (!this.texts) return;
    this.element.hidden = true;
    this.box = element("div", { className: "question-picker" });
    this.element.after(this.box);
    window.whenPlaced(this.box, () => this.draw());
  }

  disconnect() {
    window.removeEventListener("outline:changed", this.redraw);
    this.box?.remove();
    this.box = null;
  }

  get keys() {
    const found = this.element.value.split(",").map((key) => key.trim()).filter(Boolean);
    return this.severalValue ? found : found.slice(0, 1);
  }

  listed() {
    const kinds = this.comparesValue.split(" ").filter(Boolean);
    const types = this.typesValue.split(" ").filter(Boolean);
    const fits = ({ compares, type }) => (!kinds.length || kinds.includes(compares)) && (!types.length || types.includes(type));
    return lists(this.element.name)
      .map(({ title, questions }) => ({ title, questions: (this.rowsValue ? withRows(questions) : questions).filter(fits) }))
      .filter(({ questions }) => questions.length);
  }

  draw() {
    const { keys } = this;
    const listed = this.listed();
    const places = this.severalValue || !keys.length ? [...keys, ""] : keys;
    this.box.replaceChildren(...places.map((key, number) => this.select(listed, keys, key, number)));
  }

  select(listed, keys, key, number) {
    const empty = key || number === 0 ? this.emptyValue || "–" : `+ ${this.texts.choose}`;
    const select = questionSelect(listed, key, empty, this.texts.gone);
    select.setAttribute("aria-label", this.label);
    select.addEventListener("change", () => {
      settle(find(listed, select.value), select.value);
      keys[number] = select.value;
      this.element.value = keys.filter(Boolean).join(", ");
      this.element.dispatchEvent(new Event("change", { bubbles: true }));
      this.draw();
      this.box.children[Math.min(number, this.box.children.length - 1)].focus();
    });
    return select;
  }

  get label() {
    const label = document.querySelector(`label[for="${CSS.escape(this.element.id)}"]`);
    return label?.textContent.replace("*", "").trim() || this.texts.question;
  }
}

window.wagtail.app.register("condition", ConditionController);
window.wagtail.app.register("question", QuestionController);
