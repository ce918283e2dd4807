// Lets a reader put away what is no danger. Remembered in this browser only, until the alert is published anew.
// It stands in the page, below the alerts: what was closed never shows, and nothing is waited for.
{
  const STORE = "closed-alerts";
  const MOST = 30;

  const closed = () => {
    try {
      return JSON.parse(localStorage.getItem(STORE)) ?? [];
    } catch {
      return [];
    }
  };

  const close = (alert) => {
    try {
      const kept = closed().filter((key) => key !== alert.dataset.closable);
      localStorage.setItem(STORE, JSON.stringify([...kept, alert.dataset.closable].slice(-MOST)));
    } catch {
      // Nothing may be kept here: it is put away on this page all the same.
    }
    alert.hidden = true;
  };

  for (const alert of document.querySelectorAll("[data-closable]")) {
    alert.hidden = closed().includes(alert.dataset.closable);
    const button = alert.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      close(alert);
      const main = document.getElementById("main");
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    });
  }
}
