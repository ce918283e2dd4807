// While a payment waits for its provider, asks now and then how it stands, and shows the page anew once that changed.
// Without a script there is a link that does the same.

const OFTEN = 1500; // milliseconds, for the first minutes
const SELDOM = 15_000;
const began = Date.now();

async function look(section) {
  try {
    const answer = await fetch(section.dataset.waits, { headers: { accept: "application/json" } });
    if (answer.ok && (await answer.json()).state !== section.dataset.state) return location.reload();
  } catch {
    // offline: the next look tells
  }
  setTimeout(look, Date.now() - began < 5 * 60_000 ? OFTEN : SELDOM, section);
}

for (const section of document.querySelectorAll("[data-waits]")) setTimeout(look, OFTEN, section);
