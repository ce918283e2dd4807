// While a payment waits for its provider, asks now and then how it stands, and shows the page anew once that changed.
// Without a script there is a link that does the same.

const OFTEN = 1500; // milliseconds, while somebody looks, however long it takes
const SELDOM = 15_000; // also how long an answer is waited for
const sections = document.querySelectorAll("[data-waits]");
let next;

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
  next = setTimeout(look, document.hidden ? SELDOM : OFTEN);
}

if (sections.length) {
  next = setTimeout(look, OFTEN);
  document.addEventListener("visibilitychange", look);
}
