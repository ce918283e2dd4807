// The page for when there is no network: what was asked for is opened once there is one again.
const EVERY = 10_000;
const here = location.pathname + location.search;

async function look() {
  const answer = await fetch(here, { method: "HEAD", redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer && answer.status < 502) location.replace(here); // not loaded anew: it may have been the press of a button
}

addEventListener("online", look);
setInterval(look, EVERY);
