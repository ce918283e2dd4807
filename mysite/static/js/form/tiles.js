// Leaflet, loaded when somebody asks for a map, and a map of the commune's tiles.

/**
 * A map after the element `before`, in the place of `button`, which asked for it and had the focus.
 * `data`: where Leaflet lies, the tiles and whose they are, centre and label.
 */
export async function tiled({ script, style, tiles, credit, centre, label }, button, before = button) {
  const typing = document.activeElement?.matches("input, textarea, select");
  button.disabled = true;
  const loaded = Promise.all([load("link", { rel: "stylesheet", href: style }), load("script", { src: script })]);
  await loaded.finally(() => (button.disabled = false));
  button.hidden = true;
  const place = document.createElement("div");
  place.className = "map";
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", label);
  before.after(place);
  const [lat, lon, zoom] = centre.split(",").map(Number);
  const map = L.map(place).setView([lat, lon], zoom);
  L.tileLayer(tiles, { attribution: escaped(credit), maxZoom: 19 }).addTo(map);
  if (!typing) place.focus();
  return map;
}

/** Loads a file of our own, once on a page. */
function load(name, attributes) {
  const known = document.querySelector(`${name}[data-leaflet]`);
  if (known) return known.ready;
  const made = Object.assign(document.createElement(name), attributes);
  made.dataset.leaflet = "";
  made.ready = new Promise((done, failed) => Object.assign(made, { onload: done, onerror: failed }));
  made.ready.catch(() => made.remove()); // asked again, it loads again
  document.head.append(made);
  return made.ready;
}

function escaped(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made.innerHTML;
}
