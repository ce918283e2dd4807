// What makes filing smoother where JavaScript runs. Every page works without it.

const form = document.getElementById("filing");

// The summary of errors takes the focus, so that it is read first.
document.querySelector(".errors")?.focus();

// The steps on top keep what was typed: they press a button of the form instead of leaving it.
for (const link of form ? document.querySelectorAll(".steps a[data-step]") : []) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const button = document.createElement("button");
    Object.assign(button, { name: "go_to", value: link.dataset.step, formNoValidate: true, hidden: true });
    form.append(button);
    form.requestSubmit(button);
  });
}

// A file that is too large is named before it travels.
for (const input of document.querySelectorAll("input[type=file][data-max-bytes]")) {
  input.addEventListener("change", () => {
    const most = Number(input.dataset.maxBytes);
    const heavy = [...input.files].find((file) => file.size > most);
    document.getElementById(`${input.id}-large`)?.remove();
    if (!heavy) return;
    const message = document.createElement("p");
    Object.assign(message, { id: `${input.id}-large`, className: "msg", role: "alert" });
    message.textContent = form.dataset.tooLarge
      .replace("{name}", heavy.name)
      .replace("{limit}", Math.floor(most / 1024 / 1024));
    input.before(message);
    input.value = "";
  });
}

// A second press while the first travels sends nothing twice.
for (const sending of document.querySelectorAll("main form[method=post]")) {
  sending.addEventListener("submit", (event) => {
    if (sending.dataset.sent) event.preventDefault();
    sending.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const sending of document.querySelectorAll("form[data-sent]")) delete sending.dataset.sent;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
