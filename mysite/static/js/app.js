// The page for when there is no network needs a worker; nothing is asked of anybody.
navigator.serviceWorker?.register("/worker.js").catch(() => {});

// A question that somebody was led to by its own address is unfolded.
const unfold = () => {
  const place = document.getElementById(location.hash.slice(1));
  if (place?.matches("details")) place.open = true;
};
unfold();
addEventListener("hashchange", unfold);

// The menu is left by its own link to a place of the page.
addEventListener("click", ({ target }) => target.hash && document.querySelector(":popover-open")?.hidePopover());

// Of views that scroll sideways, the one that is shown is in sight, and a part of the one before.
for (const view of document.querySelectorAll(".views [aria-current]")) view.parentElement.scrollLeft = view.offsetLeft - 60;

// A visit of a page is counted, without a cookie: of people who ask for privacy, none is.
const visited = document.querySelector("[data-visit]");
const asksForPrivacy = navigator.doNotTrack === "1" || navigator.globalPrivacyControl;
const count = () => fetch(visited.dataset.visit, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
if (visited && !asksForPrivacy && !navigator.webdriver) {
  if (document.prerendering) document.addEventListener("prerenderingchange", count, { once: true });
  else count();
}
