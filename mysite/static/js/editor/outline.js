// The outline of a form on its page's own screen: every button asks the server, which answers with the outline anew.

const FORM = "form[data-edit-form]";
const PATIENCE = 5000; // milliseconds for Wagtail to save what was typed

class OutlineController extends window.StimulusModule.Controller {
  static targets = ["body", "status"];
  static values = { url: String, failed: String };

  connect() {
    this.busy = false;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "outline-dialog";
    this.dialog.setAttribute("aria-labelledby", "outline-dialog-title");
    this.dialog.addEventListener("submit", (event) => this.submit(event));
    this.dialog.addEventListener("click", ({ target }) => target.closest("[data-close]") && this.dialog.close());
    document.body.append(this.dialog); // not inside Wagtail's form: its inputs are none of the page's
    this.element.addEventListener("keydown", (event) => this.walkMenu(event));
    this.correct = (event) => this.goToFault(event);
    document.addEventListener("click", this.correct);
    this.holding = (event) => this.hold(event);
    document.addEventListener("w-autosave:save", this.holding);
    this.turn = () => {
      const target = document.getElementById(window.location.hash.slice(1));
      if (target && this.element.contains(target)) this.reveal(target);
    };
    window.addEventListener("hashchange", this.turn);
    this.goTo(window.location.hash.slice(1));
  }

  disconnect() {
    this.dialog.remove();
    document.removeEventListener("click", this.correct);
    document.removeEventListener("w-autosave:save", this.holding);
    window.removeEventListener("hashchange", this.turn);
  }

  // -- asking the server ----------------------------------------------------------------------------------
  /** The buttons of rows, heard together: there are more than a thousand of them. */
  press({ target }) {
    const button = target.closest("[data-do]:not(:disabled)");
    if (!button) return;
    if (button.dataset.do === "menu") this.menu(button);
    else this.post({ currentTarget: button });
  }

  /** A button whose press is the whole question: one with an address, or one of a row, which says what to do. */
  async post({ currentTarget: button }) {
    const { url, do: act } = button.dataset;
    await this.send(url ?? this.url(`blocks/${button.closest("[data-id]").dataset.id}/${act}/`), new FormData(), act);
  }

  url(path) {
    return this.urlValue.replace(/outline\/$/, path);
  }

  /** A button that opens a dialog with the rest of the question. */
  async ask({ currentTarget: button }) {
    await this.open(button.dataset.url);
  }

  async open(url) {
    await this.settle();
    const response = await fetch(url).catch(() => null);
    if (!this.understood(response, [200])) return;
    this.fill(await response.text());
    this.dialog.showModal();
  }

  fill(html) {
    this.dialog.innerHTML = html;
    const wrong = this.dialog.querySelector("[aria-invalid=true]");
    (wrong ?? this.dialog.querySelector("input:not([type=hidden]), select, button"))?.focus();
  }

  async submit(event) {
    event.preventDefault();
    const form = event.target;
    await this.send(form.action, new FormData(form), "menu");
  }

  /** What may be asked of a form without a step: it becomes another page, so that everything is drawn anew. */
  async start({ currentTarget: button }) {
    await this.settle();
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: button.dataset.url, hidden: true });
    for (const [name, value] of [["csrfmiddlewaretoken", window.wagtailConfig.CSRF_TOKEN], ["starter", button.dataset.starter]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  }

  async send(url, body, kept) {
    if (this.busy) return;
    this.busy = true;
    this.bodyTarget.setAttribute("aria-busy", "true");
    try {
      await this.settle();
      this.changing = true;
      const { CSRF_HEADER_NAME, CSRF_TOKEN } = window.wagtailConfig;
      const response = await fetch(url, { method: "POST", body, headers: { [CSRF_HEADER_NAME]: CSRF_TOKEN } }).catch(() => null);
      if (response?.status === 422) {
        this.fill(await response.text());
      } else if (this.understood(response, [200, 409, 410])) {
        this.dialog.close();
        this.show(await response.text(), kept);
      }
    } finally {
      this.release();
      this.busy = false;
      this.bodyTarget.removeAttribute("aria-busy");
    }
  }

  /** Whether the server answered as expected; says so where it did not. A session that is over answers otherwise. */
  understood(response, statuses) {
    if (response && statuses.includes(response.status) && !response.redirected) return true;
    this.dialog.close();
    document.dispatchEvent(
      new CustomEvent("w-messages:add", { detail: { clear: true, text: this.failedValue, type: "error" } }),
    );
    return false;
  }

  /** After Wagtail saved by itself: fees, stages and settings may have changed what is at fault. */
  async refresh() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      if (this.busy || this.bodyTarget.contains(document.activeElement) || this.dialog.open) return;
      const response = await fetch(this.urlValue).catch(() => null);
      if (response?.status === 200 && !response.redirected) this.show(await response.text());
    }, 600);
  }

  /** After Wagtail saved a new page for the first time: the outline of what is a page now. */
  async begin({ detail }) {
    if (!detail?.response?.pk) return;
    const response = await fetch(`${this.urlValue.replace("/0/", `/${detail.response.pk}/`)}?panel=1`);
    if (response.ok) this.element.outerHTML = await response.text();
  }

  // -- what comes back ------------------------------------------------------------------------------------
  show(html, kept = "") {
    this.bodyTarget.innerHTML = html;
    const { said, focus } = this.outline.dataset;
    if (said) this.statusTarget.textContent = said;
    this.follow();
    this.goTo(focus, kept);
    window.dispatchEvent(new CustomEvent("outline:changed"));
  }

  get outline() {
    return this.bodyTarget.firstElementChild;
  }

  /** The focus on a step or a question, on the button that was pressed before if it can be pressed again. */
  goTo(id, kept = "") {
    const row = id && this.element.querySelector(`[data-id="${CSS.escape(id.replace(/^(step|row)-/, ""))}"]`);
    if (!row) return;
    const button = kept && row.querySelector(`[data-do=${kept}]:not(:disabled)`);
    setTimeout(() => {
      row.scrollIntoView({ block: "nearest", behavior: "instant" });
      (button || row.querySelector("a")).focus({ preventScroll: true });
      row.classList.add("is-fresh");
    }, kept ? 0 : 150); // the tab that it stands in opens first
  }

  /** A fault that is corrected on this page. */
  goToFault(event) {
    const link = event.target.closest(".outline-faults a");
    const target = link?.pathname === window.location.pathname && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    this.reveal(target);
  }

  /** Opens the tab that something stands in, and gives it the focus. */
  reveal(target) {
    const tab = target.closest("[role=tabpanel]")?.id;
    document.querySelector(`[role=tab][aria-controls="${tab}"]`)?.click();
    setTimeout(() => {
      const field = target.matches("input, select") ? target : target.querySelector("a, input:not([type=hidden]), select, button");
      (field?.hidden ? field.nextElementSibling?.querySelector("select") : field)?.focus({ preventScroll: true });
      target.scrollIntoView({ block: target.matches("input, select") ? "center" : "start", behavior: "instant" });
    }, 200);
  }

  // -- beside Wagtail's own saving --------------------------------------------------------------------------
  controller(name) {
    const form = this.element.closest(FORM);
    return form && this.application.getControllerForElementAndIdentifier(form, name);
  }

  /** What was typed on the page is saved before anything else is, in Wagtail's own way, unless it cannot be. */
  async settle() {
    const unsaved = this.controller("w-unsaved");
    const autosave = this.controller("w-autosave");
    if (!unsaved || !autosave?.activeValue) return;
    let failed = false;
    const give = () => {
      failed = true;
    };
    document.addEventListener("w-autosave:error", give);
    unsaved.hasChanges();
    const end = Date.now() + PATIENCE;
    while ((unsaved.hasEditsValue || autosave.submitPromise) && !failed && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    document.removeEventListener("w-autosave:error", give);
  }

  /** While the server changes the form, Wagtail saves nothing: it would name a revision that is not the latest. */
  hold(event) {
    if (!this.changing) return;
    event.preventDefault();
    this.held = true;
  }

  release() {
    this.changing = false;
    if (this.held) this.controller("w-autosave")?.save();
    this.held = false;
  }

  /** The page's form goes on from the revision that was made here. */
  follow() {
    const { revision, revisionCreated } = this.outline.dataset;
    const form = this.element.closest(FORM);
    if (!revision || !form) return;
    for (const [selector, value] of [
      ["[name=loaded_revision_id], [data-w-session-target=revisionId]", revision],
      ["[name=loaded_revision_created_at], [data-w-session-target=revisionCreatedAt]", revisionCreated],
    ]) {
      for (const field of document.querySelectorAll(selector)) field.value = value;
    }
    const autosave = this.controller("w-autosave");
    if (autosave) autosave.revisionIdValue = 0;
  }

  // -- the menu of a step or a question -----------------------------------------------------------------------
  menu(button) {
    this.row = button.closest("[data-id]");
    const menu = document.getElementById(button.dataset.menu);
    const inner = Boolean(button.closest(".inner"));
    for (const item of menu.querySelectorAll("[data-outer]")) item.hidden = inner;
    const place = button.getBoundingClientRect();
    menu.showPopover();
    const below = place.bottom + menu.offsetHeight < window.innerHeight;
    menu.style.top = `${below ? place.bottom + 4 : place.top - menu.offsetHeight - 4}px`;
    menu.style.left = `${Math.max(8, place.right - menu.offsetWidth)}px`;
    menu.querySelector("button:not([hidden])").focus();
  }

  menuUrl(button) {
    const { id, step, place } = this.row.dataset;
    const path = button.dataset.path.replace("ID", id).replace("STEP", step).replace("BEFORE", place).replace("AFTER", Number(place) + 1);
    button.closest("[popover]").hidePopover();
    return this.url(path);
  }

  async menuPost({ currentTarget: button }) {
    await this.send(this.menuUrl(button), new FormData(), "menu");
  }

  async menuAsk({ currentTarget: button }) {
    await this.open(this.menuUrl(button));
  }

  walkMenu(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const menu = event.target.closest(".outline-menu");
    if (!by || !menu) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll("button:not([hidden])")];
    items[(items.indexOf(event.target) + by + items.length) % items.length].focus();
  }
}

window.wagtail.app.register("outline", OutlineController);
