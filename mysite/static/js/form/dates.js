// A date that is pasted or typed whole into the first of its three inputs is divided among them, and a button opens the
// calendar of the browser. The server reads a whole date too, and months in words (home/localization/written_dates.py).

const DAY_FIRST = /^\s*(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{4}|\d{2})\s*$/;
const YEAR_FIRST = /^\s*(\d{4})[./-](\d{1,2})[./-](\d{1,2})\s*$/;

for (const place of document.querySelectorAll("[data-date]")) equip(place, [...place.querySelectorAll(".in")]);

function equip(place, inputs) {
  const [first] = inputs;
  const divide = () => {
    const units = DAY_FIRST.exec(first.value)?.slice(1) ?? YEAR_FIRST.exec(first.value)?.slice(1).reverse();
    if (units && !inputs[1].value && !inputs[2].value) fill(inputs, units);
  };
  first.addEventListener("input", (event) => event.inputType?.startsWith("insertFromPaste") && divide());
  first.addEventListener("change", divide);
  const button = place.querySelector("[data-pick]");
  if (!("showPicker" in HTMLInputElement.prototype)) return;
  const calendar = Object.assign(document.createElement("input"), { type: "date", className: "hide", tabIndex: -1 });
  calendar.setAttribute("aria-hidden", "true");
  button.after(calendar);
  button.hidden = false;
  button.addEventListener("click", () => {
    calendar.value = inputs.map(({ value }, unit) => value.padStart(unit === 2 ? 4 : 2, "0")).reverse().join("-");
    calendar.showPicker();
  });
  for (const event of ["input", "change"]) calendar.addEventListener(event, (chosen) => chosen.stopPropagation());
  calendar.addEventListener("change", () => {
    if (calendar.value) fill(inputs, calendar.value.split("-").reverse());
    button.focus();
  });
}

function fill([day, month, year], units) {
  [day.value, month.value] = units.map(Number);
  year.value = units[2];
  year.dispatchEvent(new Event("change", { bubbles: true }));
}
