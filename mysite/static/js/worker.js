// The site's worker: a page for when there is no network, and notifications that somebody asked for.
// TOLD comes before this file. Nothing is kept but TOLD.shell: no page of the site, and nobody's.

const CACHE = `shell-${TOLD.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(TOLD.shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const stale = caches.keys().then((keys) => Promise.all(keys.filter((key) => key !== CACHE).map((key) => caches.delete(key))));
  event.waitUntil(stale.then(() => self.clients.claim()));
});

// A press that a page has sent and sends once more, for the page that answers it.
const repeated = new Set();
self.addEventListener("message", ({ data, ports }) => {
  repeated.add(data.repeats);
  ports[0]?.postMessage("known");
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" && !repeated.delete(request.url)) return;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    const language = pathname.split("/")[1];
    event.respondWith(fetch(request).catch(() => caches.match(TOLD.pages[language] ?? TOLD.pages[""])));
  } else if (origin === self.location.origin && TOLD.shell.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(pathname)));
  }
});

self.addEventListener("push", (event) => {
  const told = read(event.data);
  event.waitUntil(
    self.registration.showNotification(told.title || TOLD.name, {
      body: told.body || "",
      lang: told.lang,
      tag: told.tag,
      icon: TOLD.icon,
      data: { url: told.url || "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data.url, self.location.origin); // of another site of ours too
  if (target.protocol === self.location.protocol) event.waitUntil(self.clients.openWindow(target.href));
});

function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}
