// A date that is pasted or typed whole into the first of its three inputs is divided among them, and a button opens the
// calendar of the browser. The server reads more writings (home/localization/written_dates.py).

const WHOLE = /^\s*(\d\d?)[./ -]+(\d\d?)[./ -]+(\d{4}|\d\d)\s*$/;

for (const place of document.querySelectorAll("[data-date]")) equip(place.querySelectorAll(".in"), place.querySelector("[data-pick]"));

function equip(inputs, button) {
  const [first, second, year] = inputs;
  const fill = (units) => {
    units.forEach((unit, place) => (inputs[place].value = unit));
    year.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const divide = () => {
    const units = WHOLE.exec(first.value);
    if (units && !second.value && !year.value) fill(units.slice(1));
  };
  first.addEventListener("input", (event) => event.inputType === "insertFromPaste" && divide());
  first.addEventListener("change", divide);

  const calendar = Object.assign(document.createElement("input"), { type: "date", className: "hide", tabIndex: -1, ariaHidden: true });
  button.after(calendar);
  button.hidden = false;
  button.addEventListener("click", () => calendar.showPicker());
  calendar.addEventListener("change", (event) => {
    event.stopPropagation(); // it is no answer of its own
    if (calendar.value) fill(calendar.value.split("-").reverse());
    button.focus();
  });
}
