// Follows a request that moves by itself: asks now and then whether the page would show something new, ever more rarely,
// only while the page is visible, and shows it anew once it does. It ends when waiting makes no sense any more.

const note = document.querySelector("[data-follows]");
const { follows, mark } = note.dataset;
const LONGEST = 30_000;
const end = Date.now() + 600_000;
let pause = 1000;

async function look() {
  if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
  try {
    const answer = await fetch(follows, { signal: AbortSignal.timeout(LONGEST) });
    if (answer.status < 500 && !answer.ok) return note.remove();
    const found = await answer.json();
    if (mark ? found.mark !== mark : found.answered) return location.reload();
    if (!found.follows) return note.remove();
  } catch {
    // offline, or no answer of ours: the next look tells
  }
  pause = Math.min(pause * 1.4, LONGEST);
  if (Date.now() < end) setTimeout(look, pause);
  else note.remove();
}

setTimeout(look, pause);
