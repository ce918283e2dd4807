// Who presses a button while Wagtail saves by itself waits for that: sent meanwhile, a new page would be made twice, and
// the second refused, as its address is taken by the first.
const saving = (form) => window.wagtail?.app?.getControllerForElementAndIdentifier(form, "w-autosave")?.submitPromise;

async function inTurn(form, button) {
  while (saving(form)) await saving(form);
  button?.removeAttribute("disabled"); // pressed, Wagtail takes it away; without it the form does not say what to do
  form.requestSubmit(button);
}

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-edit-form]") || !saving(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    inTurn(event.target, event.submitter);
  },
  true,
);
