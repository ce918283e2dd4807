// A report: the photo is shown and its place read as soon as it is chosen, a typed place is looked up, and what may be the
// same problem is asked for while place and subject are filled in. Without it the server does all that when it is sent.

import { shrink } from "../photos.js";

const form = document.getElementById("report");
const near = document.getElementById("near");
const place = document.getElementById("id_place");
const photo = document.getElementById("id_photo");
const shot = form.querySelector("[data-shot]");
const taken = form.querySelector("[data-taken]");
const { ofPhoto, ofAddress, ofStreet } = place.querySelector("[data-said]").dataset;
const [address, lat, lon] = ["address", "lat", "lon"].map((part) => form.elements[`place-${part}`]);
let asked = "";
let found = ""; // coordinates that were filled in: those of another typed place replace them
let ofTyped = false; // whether they are of a typed place

photo.addEventListener("change", async () => {
  const [file] = photo.files;
  if (!file) return;
  const small = await shrunk(file);
  if (photo.files[0] !== small) return;
  shot.textContent = small.name;
  const reader = new FileReader(); // of the addresses of pictures the policy allows "data:" alone
  reader.addEventListener("load", () => show(reader.result));
  reader.readAsDataURL(small);
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("photo", small);
  const answer = await fetch(form.dataset.photo, { method: "POST", body }).catch(() => null);
  if (photo.files[0] !== small || !(answer?.ok || answer?.status === 422)) return; // it is sent with the report
  const said = await answer.json();
  photo.value = "";
  complain(said.error);
  form.elements.kept.value = said.kept ?? "";
  form.elements.taken.value = said.taken ?? "";
  if (said.error) return show("");
  shot.textContent = shot.dataset.another;
  if (said.picture) show(said.picture);
  if ("lat" in said && !lat.value && !address.value) fill(said, ofPhoto, false);
});

/** The photo to send: one over the limit is made smaller and put in its place. */
async function shrunk(file) {
  const most = Number(photo.dataset.maxBytes);
  if (file.size <= most) return file;
  shot.textContent = photo.dataset.shrinks.replace("{name}", file.name);
  const small = await shrink(file, most);
  if (photo.files[0] !== file) return file; // another one was chosen meanwhile
  const chosen = new DataTransfer();
  chosen.items.add(small);
  photo.files = chosen.files;
  return photo.files[0];
}

address.addEventListener("change", async () => {
  const typed = address.value.trim();
  const own = lat.value && `${lat.value},${lon.value}` !== found;
  if (!typed || own) return;
  const answer = await fetch(`${form.dataset.place}?${new URLSearchParams({ address: typed })}`).catch(() => null);
  const known = answer?.ok ? await answer.json() : {};
  if (typed !== address.value.trim()) return;
  if (known.exact) return fill(known, ofAddress, true);
  if (ofTyped) lat.value = lon.value = found = "";
  if (found || !("lat" in known)) place.querySelector("[data-said]").textContent = "";
  else point(known, ofStreet);
});

form.addEventListener("change", (event) => {
  mend(event.target);
  ask();
});
form.addEventListener("input", (event) => mend(event.target));

function point(detail, said) {
  place.dispatchEvent(new CustomEvent("place", { detail: { ...detail, said } }));
}

function fill(known, said, typed) {
  point({ ...known, exact: true }, said);
  found = `${lat.value},${lon.value}`;
  ofTyped = typed;
  mend(lat);
  ask();
}

function show(source) {
  taken.hidden = !source;
  if (source) taken.src = source;
  else shot.textContent = shot.dataset.asks;
}

async function ask() {
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
}

function complain(text) {
  const message = document.getElementById("id_photo_error");
  message.hidden = !text;
  message.lastElementChild.textContent = text ?? "";
  photo.toggleAttribute("aria-invalid", Boolean(text));
  if (text) photo.setAttribute("aria-describedby", message.id);
}

/** Takes an error back once its field is filled in: at the field, and in the list at the head. */
function mend(input) {
  const field = input.closest(".field");
  const message = field?.querySelector(":scope > .msg:not([hidden])");
  if (!message || input === photo || !input.value.trim() || !input.checkValidity()) return;
  message.hidden = true;
  for (const one of field.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const summary = form.querySelector(".errors");
  const link = summary?.querySelector(`a[href="#${input.closest("fieldset")?.id ?? input.id}"]`);
  link?.closest("li").remove();
  if (link && !summary.querySelector("li")) summary.remove();
}

shot.dataset.asks = shot.textContent;
form.querySelector(".errors")?.focus();
