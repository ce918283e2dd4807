// Conditions of a form as rows of question, comparison and value, over the JSON in a textarea.
// The rows list the questions of the form on the screen; what they cannot show is kept as it is.

const FIELD_KEY = /^(.*-fields-\d+)-value-key$/;
const DATES = ["before", "after"];
const FITTING = {
  choice: ["equals", "not_equals", "in", "filled", "empty"],
  choices: ["contains", "not_contains", "filled", "empty"],
  yes_no: ["equals", "filled", "empty"],
  consent: ["equals"],
  date: ["before", "after", "equals", "age_gte", "age_lt", "filled", "empty"],
  files: ["filled", "empty"],
  group: ["filled", "empty"],
  address: ["filled", "empty"],
};
for (const type of ["integer", "decimal", "money", "time"]) {
  FITTING[type] = ["equals", "not_equals", "gt", "gte", "lt", "lte", "filled", "empty"];
}
const TEXTUAL = ["equals", "not_equals", "in", "contains", "not_contains", "filled", "empty"];

/** As the server makes keys from labels. */
function keyOf(label, type) {
  const made = label
    .normalize("NFKD")
    .replace(/[^\x00-\x7f]/g, "")
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/[-\s]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  return /^[a-z]/.test(made) ? made : `${type}_${made}`.replace(/_+$/, "");
}

function input(name) {
  return document.querySelector(`[name="${CSS.escape(name)}"]`);
}

/** The questions that a condition may look at, in order; those of a group only from inside the group. */
function questions(name) {
  const found = [];
  for (const holder of document.querySelectorAll('[name$="-value-key"]')) {
    const prefix = FIELD_KEY.exec(holder.name)?.[1];
    if (!prefix || isDeleted(holder.name)) continue;
    const group = prefix.lastIndexOf("-value-fields-") > prefix.indexOf("-value-fields-") && prefix.replace(/-\d+$/, "");
    if (group && !name.startsWith(group)) continue;
    const type = input(`${prefix}-type`)?.value ?? "";
    const label = input(`${prefix}-value-label`)?.value ?? "";
    if (type === "static_text" || !(label || holder.value)) continue;
    found.push({ key: holder.value || keyOf(label, type), label: label || holder.value, type, prefix, holder });
  }
  return found;
}

/** Whether a block, or one around it, was removed in the editor. */
function isDeleted(name) {
  const parts = name.split("-value-");
  return parts.some((_, index) => index && input(`${parts.slice(0, index).join("-value-")}-deleted`)?.value === "1");
}

function optionsOf(question) {
  const found = [];
  const count = Number(input(`${question.prefix}-value-options-count`)?.value ?? 0);
  for (let number = 0; number < count; number += 1) {
    const prefix = `${question.prefix}-value-options-${number}`;
    if (input(`${prefix}-deleted`)?.value === "1") continue;
    const label = input(`${prefix}-value-label`)?.value ?? "";
    const holder = input(`${prefix}-value-value`);
    const value = holder?.value || (label && keyOf(label, "option"));
    if (value) found.push({ value, label: label || value, holder });
  }
  return found;
}

/** The condition as {join, rows}; null where it has conditions inside or compares two answers. */
function flat(condition) {
  if (!condition) return { join: "all", rows: [] };
  const join = "any" in condition ? "any" : "all";
  const rows = condition[join] ?? [condition];
  const simple = rows.every(
    (row) => typeof row.field === "string" && (typeof row.value !== "object" || row.value === null || Array.isArray(row.value)),
  );
  return simple ? { join, rows: rows.map((row) => ({ ...row })) } : null;
}

function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

class ConditionController extends window.StimulusModule.Controller {
  static values = { words: Object };

  connect() {
    // Wagtail sets the textarea's value right after it is inserted.
    setTimeout(() => this.start(), 0);
  }

  disconnect() {
    this.rows?.remove();
    this.rows = null;
  }

  start() {
    if (this.rows || !this.element.isConnected) return;
    this.rows = element("div", { className: "condition" });
    this.element.after(this.rows);
    this.written = this.element.value;
    this.state = flat(this.read());
    this.draw();
  }

  read() {
    try {
      return JSON.parse(this.element.value || "null");
    } catch {
      return null;
    }
  }

  write() {
    const rows = this.state.rows.filter((row) => row.field);
    const condition = rows.length ? (rows.length === 1 ? rows[0] : { [this.state.join]: rows }) : null;
    this.element.value = JSON.stringify(condition);
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  draw() {
    const words = this.wordsValue;
    this.rows.replaceChildren();
    if (!this.state) {
      this.rows.append(element("p", { textContent: words.nested }), this.button(words.clear, () => this.clear()));
      return;
    }
    const { rows } = this.state;
    if (!rows.length) this.rows.append(element("p", { textContent: words.always }));
    if (rows.length > 1) this.rows.append(this.joinSelect());
    rows.forEach((row, number) => this.rows.append(this.row(row, number)));
    this.rows.append(this.button(words.add, () => this.add()));
  }

  joinSelect() {
    const { wordsValue: words, state } = this;
    const choices = ["all", "any"].map((join) => [join, words[join]]);
    return this.select(words.all, choices, state.join, (value) => {
      state.join = value;
    });
  }

  row(row, number) {
    const words = this.wordsValue;
    const listed = questions(this.element.name);
    const question = listed.find(({ key }) => key === row.field);
    const choices = [["", "–"], ...listed.map(({ key, label }) => [key, label])];
    if (row.field && !question) choices.push([row.field, row.field]);
    const fitting = (question && FITTING[question.type]) ?? TEXTUAL;
    const operators = words.operators.filter(([name]) => !question || fitting.includes(name) || name === row.operator);
    const line = element("div", { className: "condition-row" }, [
      this.select(words.question, choices, row.field ?? "", (key) => this.choose(row, key)),
      this.select(words.operator, operators, row.operator ?? "", (operator) => {
        row.operator = operator;
        if (!this.takesValue(operator)) delete row.value;
        this.draw();
      }),
    ]);
    if (this.takesValue(row.operator)) line.append(this.value(row, question));
    line.append(this.button("×", () => this.remove(number), words.remove));
    return line;
  }

  choose(row, key) {
    const question = questions(this.element.name).find((one) => one.key === key);
    // A new question has no key until it is saved: it gets the one that the condition names.
    if (question && !question.holder.value) question.holder.value = key;
    const fitting = (question && FITTING[question.type]) ?? TEXTUAL;
    row.field = key;
    row.operator = fitting.includes(row.operator) ? row.operator : fitting[0];
    delete row.value;
    if (question && ["yes_no", "consent"].includes(question.type)) row.value = true;
    this.draw();
  }

  value(row, question) {
    const words = this.wordsValue;
    const picked = question && ["choice", "choices"].includes(question.type) && row.operator !== "in";
    if (question && ["yes_no", "consent"].includes(question.type)) {
      const choices = [["true", words.yes], ["false", words.no]];
      return this.select(words.value, choices, String(row.value ?? true), (value) => {
        row.value = value === "true";
      });
    }
    if (picked) {
      const options = optionsOf(question);
      const choices = [["", "–"], ...options.map(({ value, label }) => [value, label])];
      if (row.value && !options.some(({ value }) => value === row.value)) choices.push([row.value, row.value]);
      return this.select(words.value, choices, row.value ?? "", (value) => {
        const option = options.find((one) => one.value === value);
        if (option?.holder && !option.holder.value) option.holder.value = value;
        row.value = value;
      });
    }
    const field = element("input", {
      type: "text",
      value: Array.isArray(row.value) ? row.value.join(", ") : String(row.value ?? ""),
      placeholder: DATES.includes(row.operator) ? "2027-01-31, today, +30d" : "",
    });
    field.setAttribute("aria-label", words.value);
    field.addEventListener("input", () => {
      const split = () => field.value.split(",").map((one) => one.trim()).filter(Boolean);
      row.value = row.operator === "in" ? split() : field.value.trim();
      this.write();
    });
    return field;
  }

  select(label, choices, chosen, change) {
    const field = element("select");
    field.setAttribute("aria-label", label);
    for (const [value, text] of choices) {
      field.append(element("option", { value, textContent: text, selected: value === chosen }));
    }
    field.addEventListener("change", () => {
      change(field.value);
      this.write();
    });
    return field;
  }

  button(text, press, label = "") {
    const made = element("button", { type: "button", className: "button button-small button-secondary", textContent: text });
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", press);
    return made;
  }

  takesValue(operator) {
    return this.wordsValue.operators.find(([name]) => name === operator)?.[2] ?? true;
  }

  add() {
    this.state.rows.push({ field: "", operator: "equals", value: "" });
    this.draw();
  }

  remove(number) {
    this.state.rows.splice(number, 1);
    this.draw();
    this.write();
  }

  clear() {
    this.state = { join: "all", rows: [] };
    this.draw();
    this.write();
  }
}

window.wagtail.app.register("condition", ConditionController);
