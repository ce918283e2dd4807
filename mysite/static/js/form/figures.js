// Writes what follows from the answers into the page, as the server writes it: the price so far, line by line
// (templates/submissions/total.html), and computed answers. `words`: currency and separators of the page's language.

/** Shows the fee lines that apply, and hides the others. What an answer costs by itself stands and counts. */
export function showPrice(lines, words) {
  const due = new Map(lines.map((line) => [line.key, line]));
  for (const row of document.querySelectorAll("[data-fee]")) {
    const line = due.get(row.dataset.fee);
    row.hidden = !line;
    if (line) fill(row, line, words);
  }
  const own = [...document.querySelectorAll("[data-own]")].map((row) => BigInt(row.dataset.own));
  const sum = [...lines.map((line) => line.total), ...own].reduce((total, one) => total + one, 0n);
  write(document.querySelector("[data-sum]"), price(sum, words));
}

function fill(row, line, words) {
  const times = line.quantity === "1" ? "" : `×\u00a0${line.quantity.replace(".", words.point)}`;
  write(row.querySelector("[data-times]"), times);
  write(row.querySelector("[data-amount]"), line.total ? price(line.total, words) : words.free);
  write(row.querySelector("[data-vat]"), price(line.vat, words));
}

/** Shows the answer that a question `name` computes. */
export function showComputed(name, field, answer, words) {
  const text = answer && field.settings.formula.operation !== "concat" ? numeral(answer, field, words) : answer;
  write(document.querySelector(`[data-computed="${CSS.escape(name)}"]`), text ?? "–");
}

/** Only what changed: every change is read out. */
function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** An amount in the smallest coin: 1500 is “CHF 15.–”. */
function price(minor, { currency }) {
  const [sign, amount] = minor < 0n ? ["−", -minor] : ["", minor];
  const cents = String(amount % 100n).padStart(2, "0");
  return `${currency}\u00a0${sign}${grouped(String(amount / 100n), "\u202f")}.${cents === "00" ? "–" : cents}`;
}

/** A number, or an amount in whole units. */
function numeral(answer, field, { currency, point, group }) {
  const [whole, part = ""] = answer.split(".");
  const [, sign, digits] = /^(-?)(.*)$/.exec(whole);
  const before = sign + grouped(digits, group);
  if (field.settings.money) return price(BigInt(whole + part.padEnd(2, "0").slice(0, 2)), { currency });
  return part ? before + point + part : before;
}

const grouped = (digits, by) => digits.replace(/\B(?=([0-9]{3})+$)/g, by);
