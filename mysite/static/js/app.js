// The page for when there is no network needs a worker; nothing is asked of anybody.
navigator.serviceWorker?.register("/worker.js").catch(() => {});

// A question that somebody was led to by its own address is unfolded.
const unfold = () => {
  const place = document.getElementById(location.hash.slice(1));
  if (place?.matches("details")) place.open = true;
};
unfold();
addEventListener("hashchange", unfold);
