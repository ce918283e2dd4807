// The places of a page on a map, loaded when somebody asks for it. A place is an element with its coordinates, and a
// link or words in it.
import { tiled } from "./tiles.js";

const CLOSE = 16; // how close the map looks at a single place

for (const place of document.querySelectorAll("[data-places]")) {
  const points = [...document.querySelectorAll("[data-lat]")];
  const button = place.querySelector("button");
  place.hidden = points.length === 0;
  button.addEventListener("click", async () => {
    const map = await tiled(place.dataset, button);
    const marks = points.map((point) => {
      const said = (point.querySelector("a, [data-name]") ?? point).cloneNode(true);
      return L.circleMarker([point.dataset.lat, point.dataset.lon], { className: "marker", radius: 9 }).bindPopup(said).addTo(map);
    });
    map.fitBounds(L.featureGroup(marks).getBounds().pad(0.2), { maxZoom: CLOSE });
  });
}
