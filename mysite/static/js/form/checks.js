// Says what does not go together beside the question where the server would say it, and takes it back. The words stand
// in the page, hidden, at every question that the check looks at.

/** Shows what `failed` of `checks` say, once they are due, and hides the rest. What was said now, to be read out. */
export function showChecks(form, checks, failed, isDue) {
  let said = "";
  for (const check of checks) {
    const places = [...form.querySelectorAll(`[data-check="${check.key}"]`)];
    const last = places.findLast((place) => !place.closest("[data-question][hidden]"));
    for (const place of places) {
      const wrong = place === last && failed.includes(check);
      if (wrong !== place.hidden || (wrong && !isDue(check))) continue;
      mark(place, wrong);
      if (wrong) said = place.textContent;
    }
  }
  return said;
}

function mark(place, wrong) {
  place.hidden = !wrong;
  const field = place.closest(".field");
  const described = field?.matches("fieldset") ? field : field?.querySelector(".in, input"); // no button of a file
  if (!described) return;
  const ids = (described.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== place.id);
  attribute(described, "aria-describedby", [...ids, ...(wrong ? [place.id] : [])].join(" "));
  const invalid = field.querySelector(".msg:not([hidden])") ? "true" : "";
  for (const input of field.querySelectorAll(".in, [type=checkbox]")) attribute(input, "aria-invalid", invalid);
}

function attribute(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}
