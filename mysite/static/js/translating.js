// wagtail-localize's screen for translating says two things in English whatever the language: what it leads from and
// to, and the name of its menu. The words are those of the page.
const words = document.getElementById("translating-words")?.dataset;
const screen = document.querySelector(".js-translation-editor");
const HEADING = /^(.+) to (.+) translation$/;

function said(text) {
  const languages = HEADING.exec(text);
  if (languages) return words.heading.replace("{source}", languages[1]).replace("{target}", languages[2]);
  return text === "More actions" ? words.more : text;
}

function mend() {
  const parts = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
  while (parts.nextNode()) {
    const ours = said(parts.currentNode.data);
    if (ours !== parts.currentNode.data) parts.currentNode.data = ours;
  }
}

if (words && screen) {
  mend();
  new MutationObserver(mend).observe(screen, { childList: true, subtree: true });
}
