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

// What a form has kept in this tab goes with whoever signs out.
addEventListener("submit", ({ target }) => "forgets" in target.dataset && sessionStorage.clear());

// Of views that scroll sideways, the one that is shown is in sight, and a part of the one before.
for (const view of document.querySelectorAll(".views [aria-current]")) view.parentElement.scrollLeft = view.offsetLeft - 60;
