// A date that is pasted or typed whole into the first of its three inputs is divided among them, and a button opens the
// calendar of the browser. The server reads more writings, and months in words (home/localization/written_dates.py).

const WHOLE = /^(\d\d?)(?:er)?[./ -]+(\d\d?|\p{L}+)[./ -]+(\d{2,4})$/u;

for (const button of document.querySelectorAll(".date > button")) equip(button.parentNode.querySelectorAll("input"), button);

function equip([first, second, year], button) {
  const fill = (units) => {
    [first.value, second.value, year.value] = units;
    year.dispatchEvent(new Event("change", { bubbles: true }));
  };
  first.addEventListener("change", () => {
    const units = WHOLE.exec(first.value.trim());
    if (units && !second.value && !year.value) fill(units.slice(1));
  });

  button.insertAdjacentHTML("afterend", '<input type="date" class="hide" tabindex="-1" aria-hidden="true">');
  const calendar = button.nextSibling;
  button.hidden = !calendar.showPicker;
  button.onclick = () => {
    calendar.value = ""; // the same day again is a change too
    calendar.showPicker();
  };
  calendar.addEventListener("change", (event) => {
    event.stopPropagation(); // it is no answer of its own
    if (calendar.value) fill(calendar.value.split("-").reverse());
    button.focus();
  });
}
