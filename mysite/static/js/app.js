// The page for when there is no network needs a worker; nothing is asked of anybody.
navigator.serviceWorker?.register("/worker.js").catch(() => {});

// A question that somebody was led to by its own address is unfolded, and the menu that led there is left.
const arrive = () => {
  const place = document.getElementById(location.hash.slice(1));
  if (place?.matches("details")) place.open = true;
  document.querySelector(":popover-open")?.hidePopover();
};
addEventListener("popstate", arrive);
arrive();
