// A report: the photo is named where it was chosen, and what may be the same problem is asked for while place and subject
// are filled in. Without it the server asks when the report is sent.

import { shrink } from "../photos.js";

const form = document.getElementById("report");
const shot = form.querySelector("[data-shot]");
const near = document.getElementById("near");
const photo = document.getElementById("photo");
const asking = shot.textContent;
let asked = "";

photo.addEventListener("change", async () => {
  const [file] = photo.files;
  shot.textContent = file?.name ?? asking;
  const most = Number(photo.dataset.maxBytes);
  if (!file || file.size <= most) return;
  shot.textContent = photo.dataset.shrinks.replace("{name}", file.name);
  const small = await shrink(file, most);
  if (photo.files[0] !== file) return; // another one was chosen meanwhile
  const chosen = new DataTransfer();
  chosen.items.add(small);
  photo.files = chosen.files;
  shot.textContent = small.name;
});

form.addEventListener("change", async () => {
  const given = new FormData(form);
  const query = new URLSearchParams({
    category: given.get("category") ?? "",
    address: given.get("place-address"),
    lat: given.get("place-lat").replace(",", "."),
    lon: given.get("place-lon").replace(",", "."),
  }).toString();
  if (!given.get("category") || query === asked) return;
  asked = query;
  const answer = await fetch(`${form.dataset.near}?${query}`).catch(() => null);
  if (answer?.ok && query === asked) near.innerHTML = await answer.text();
});

document.querySelector(".errors")?.focus();
