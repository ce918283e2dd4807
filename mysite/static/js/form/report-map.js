// The reports of a list on a map, loaded when somebody asks for it.
import { tiled } from "./tiles.js";

for (const place of document.querySelectorAll("[data-report-map]")) {
  const points = [...document.querySelectorAll("[data-lat]")];
  const button = place.querySelector("button");
  place.hidden = points.length === 0;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const map = await tiled(place.dataset, button);
    button.hidden = true;
    const marks = points.map((point) => {
      const link = point.querySelector("a").cloneNode(true);
      return L.circleMarker([point.dataset.lat, point.dataset.lon], { className: "marker", radius: 9 }).bindPopup(link).addTo(map);
    });
    map.fitBounds(L.featureGroup(marks).getBounds().pad(0.2));
  });
}
