// What is drawn as soon as it has a place on the page, and not before: most of what a form's editor may open stands in
// panels and tabs that nobody opens, and each condition there lists hundreds of questions.

{
  const waiting = new WeakMap(); // by element, what draws in it

  const placed = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      placed.unobserve(target);
      waiting.get(target)();
    }
  });

  /** Draws in the element, once, before somebody sees it. */
  window.whenPlaced = (element, draw) => {
    waiting.set(element, draw);
    placed.observe(element);
  };
}
