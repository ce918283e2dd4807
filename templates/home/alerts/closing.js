// Lets a reader put away what is no danger. Remembered in this browser only, until the alert is published anew.
// It stands in the head, before the stylesheet that it would wait for: what was closed is never painted.
{
  const STORE = "closed-alerts";
  const MOST = 30;

  const closed = () => {
    try {
      return [JSON.parse(localStorage.getItem(STORE)) ?? []].flat();
    } catch {
      return [];
    }
  };

  const hide = (keys) => {
    const rules = new CSSStyleSheet();
    rules.replaceSync(keys.map((key) => `[data-closable=${JSON.stringify(key)}] { display: none }`).join(" "));
    document.adoptedStyleSheets.push(rules);
  };

  const close = (key) => {
    hide([key]);
    try {
      localStorage.setItem(STORE, JSON.stringify([...closed().filter((one) => one !== key), key].slice(-MOST)));
    } catch {
      // Nothing may be kept here: it is put away on this page all the same.
    }
  };

  hide(closed());
  addEventListener("click", ({ target }) => {
    const alert = target.closest?.(".shut")?.closest("[data-closable]");
    if (!alert) return;
    close(alert.dataset.closable);
    const main = document.getElementById("main");
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  });
}
