// A place by the position of the device, or on a map that loads only when it is asked for. Both fill in the coordinates.
// Whoever uses neither writes the address.

import { tiled } from "./tiles.js";

const CLOSE = 17; // how close the map looks at a place that is known
const PLACES = 6;

class Place {
  #field;
  #lat;
  #lon;
  #map;
  #marker;

  constructor(field) {
    this.#field = field;
    [this.#lat, this.#lon] = ["lat", "lon"].map((part) => document.getElementById(`${field.dataset.map}-${part}`));
    const tools = field.querySelector("[data-tools]");
    const [here, show] = ["[data-here]", "[data-show]"].map((one) => tools.querySelector(one));
    here.hidden = !navigator.geolocation;
    here.addEventListener("click", () => this.#locate());
    show?.addEventListener("click", () => this.#show(show));
    tools.hidden = here.hidden && !show;
    field.addEventListener("place", ({ detail }) => this.#point(detail, show));
  }

  #locate() {
    const tell = (word) => this.#say(this.#field.dataset[word]);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.#fill(coords.latitude, coords.longitude);
        tell("found");
      },
      () => tell("failed"),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  }

  #fill(lat, lon) {
    for (const [input, value] of [[this.#lat, lat], [this.#lon, lon]]) {
      input.value = String(Number(value.toFixed(PLACES)));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.#lat.closest("details").open = true;
    this.#mark();
  }

  /** Shows a place that somebody found out. Tiles of another server are loaded only when they are asked for. */
  async #point({ lat, lon, exact, said }, show) {
    if (exact) {
      for (const [input, value] of [[this.#lat, lat], [this.#lon, lon]]) input.value = String(Number(value.toFixed(PLACES)));
    }
    this.#say(said);
    const own = new URL(this.#field.dataset.tiles ?? "x:", location).origin === location.origin;
    if (show && !this.#map && own) await this.#show(show);
    if (exact) this.#mark();
    else this.#map?.setView([lat, lon], CLOSE);
  }

  #say(text) {
    this.#field.querySelector("[data-said]").textContent = text;
  }

  async #show(button) {
    this.#map = await tiled(this.#field.dataset, button, button.parentElement);
    this.#map.on("click", ({ latlng }) => this.#fill(latlng.lat, latlng.wrap().lng));
    this.#mark();
  }

  #mark() {
    const at = [this.#lat.value, this.#lon.value].map((text) => Number.parseFloat(text.replace(",", ".")));
    if (!this.#map || at.some(Number.isNaN)) return;
    this.#marker ??= L.circleMarker(at, { className: "marker", radius: 10 }).addTo(this.#map);
    this.#marker.setLatLng(at);
    this.#map.setView(at, Math.max(this.#map.getZoom(), CLOSE));
  }
}

for (const field of document.querySelectorAll("[data-map]")) new Place(field);
