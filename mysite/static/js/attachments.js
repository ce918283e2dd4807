// Photos added to a message are made smaller where they are over the limit, instead of being refused.

import { shrink } from "./photos.js";

for (const input of document.querySelectorAll("input[type=file][data-max-bytes]")) {
  let working = null; // while photos are made smaller

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    const most = Number(input.dataset.maxBytes);
    if (chosen.every(({ size }) => size <= most)) return;
    // A photo that cannot be read is sent as it is: the server says what is wrong.
    const mine = replace(input, chosen, most).catch(() => null).finally(() => working === mine && (working = null));
    working = mine;
  });
  input.form.addEventListener("submit", async (event) => {
    if (!working) return;
    event.preventDefault();
    const button = event.submitter;
    await working;
    input.form.requestSubmit(button);
  });
}

async function replace(input, chosen, most) {
  const small = new DataTransfer();
  for (const file of chosen) small.items.add(await shrink(file, most));
  const same = chosen.length === input.files.length && chosen.every((file, place) => file === input.files[place]);
  if (same) input.files = small.files; // else other files were chosen meanwhile
}
