// While a payment waits for its provider, asks now and then how it stands, and shows the page anew once that changed.
// Without a script there is a link that does the same.

const AT_FIRST = 500; // milliseconds, while somebody has just come back: what they paid is confirmed any moment
const AT_FIRST_FOR = 30_000;
const OFTEN = 1500; // later, while somebody looks, however long it takes
const SELDOM = 15_000; // also how long an answer is waited for
const sections = document.querySelectorAll("[data-waits]");
let next;
let seen = Date.now();

function pause() {
  if (document.hidden) return SELDOM;
  return Date.now() - seen < AT_FIRST_FOR ? AT_FIRST : OFTEN;
}

function comeBack() {
  if (!document.hidden) seen = Date.now();
  look();
}

async function look() {
  for (const { dataset } of sections) {
    try {
      const answer = await fetch(dataset.waits, {
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(SELDOM),
      });
      if (answer.ok && (await answer.json()).state !== dataset.state) return location.reload();
    } catch {
      // offline, or no answer: the next look tells
    }
  }
  clearTimeout(next);
  next = setTimeout(look, pause());
}

if (sections.length) {
  next = setTimeout(look, pause());
  document.addEventListener("visibilitychange", comeBack);
}
