// While the editor types: what each channel would show, as the server makes it. Without this, the last saved state stands.

const PAUSE = 500; // milliseconds without a key

class Channels {
  constructor(root) {
    this.root = root;
    this.form = root.closest("form");
    this.form.addEventListener("input", ({ target }) => this.concerns(target) && this.later());
    this.refresh(); // a form that was not saved has its ticks and words, but no page yet
  }

  concerns(target) {
    return ["title", "lead", "slug", "topics"].includes(target.name) || target.matches("[data-channel-text]");
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PAUSE);
  }

  typed() {
    const data = new FormData();
    for (const name of ["title", "lead", "picture"]) data.set(name, this.form.elements[name]?.value ?? "");
    data.set("lead", `${this.root.dataset.occasion} ${data.get("lead")}`.trim()); // when and where, as last saved
    data.set("link", `${this.root.dataset.above}${this.form.elements.slug?.value ?? ""}/`);
    for (const name of ["language", "key"]) data.set(name, this.root.dataset[name]);
    for (const topic of this.form.querySelectorAll("[name=topics]:checked")) data.append("topics", topic.value);
    for (const own of this.root.querySelectorAll("[data-channel-text]")) data.set(own.dataset.channelText, own.value);
    return data;
  }

  async refresh() {
    const token = this.form.elements.csrfmiddlewaretoken.value;
    const asked = { method: "POST", body: this.typed(), headers: { "X-CSRFToken": token } };
    const answer = await fetch(this.root.dataset.channels, asked).catch(() => null);
    if (!answer?.ok) return;
    for (const [key, shown] of Object.entries(await answer.json())) this.show(key, shown);
  }

  show(key, { text, length, faults, notes }) {
    const row = this.root.querySelector(`[data-channel="${key}"]`);
    if (!row) return;
    row.querySelector("[data-text]").textContent = text;
    row.querySelector("[data-length]").textContent = length;
    row.querySelector("[data-notes]").replaceChildren(...notes.map((note) => this.line(note, "")));
    row.querySelector("[data-faults]").replaceChildren(...faults.map((fault) => this.line(fault, "channel-fault")));
  }

  line(words, look) {
    const line = document.createElement("p");
    line.className = look;
    line.textContent = words;
    return line;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const root of document.querySelectorAll("[data-channels]")) new Channels(root);
});
