// The page for when there is no network needs a worker; nothing is asked of anybody.
navigator.serviceWorker?.register("/worker.js").catch(() => {});
