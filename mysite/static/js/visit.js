// The visit of a page is counted, without a cookie: of people who ask for privacy, none is.
const visited = document.querySelector("[data-visit]");
const asksForPrivacy = navigator.doNotTrack === "1" || navigator.globalPrivacyControl;
const count = () => fetch(visited.dataset.visit, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
if (!asksForPrivacy && !navigator.webdriver) {
  if (document.prerendering) document.addEventListener("prerenderingchange", count, { once: true });
  else count();
}
