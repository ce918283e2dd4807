// The screen of one step: opens what the address names, a question or a check, and gives it the focus.

class StepController extends window.StimulusModule.Controller {
  connect() {
    this.open = () => this.show(/^#block-(.+)$/.exec(window.location.hash)?.[1]);
    window.addEventListener("hashchange", this.open);
    setTimeout(this.open, 100); // Wagtail draws the blocks first
  }

  disconnect() {
    window.removeEventListener("hashchange", this.open);
  }

  /** Opens the panel of a block, and those around it. */
  show(id) {
    const block = id && this.element.querySelector(`[data-contentpath="${CSS.escape(id)}"]`);
    if (!block) return;
    for (let panel = block; panel; panel = panel.parentElement.closest("[data-streamfield-child], [data-panel]")) {
      const toggle = panel.querySelector("[data-panel-toggle]");
      if (toggle?.getAttribute("aria-expanded") === "false") toggle.click();
    }
    setTimeout(() => {
      const fields = [...block.querySelectorAll("input:not([type=hidden]), textarea, select")];
      fields.find((field) => field.checkVisibility())?.focus({ preventScroll: true }); // settings stand first, folded
      block.scrollIntoView({ block: "start", behavior: "instant" });
    }, 50);
  }
}

window.wagtail.app.register("step", StepController);
