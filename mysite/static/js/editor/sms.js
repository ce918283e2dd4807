// Says below a text for SMS how long it is, as home/sms.py counts it.
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

export function measure(text) {
  const signs = [...text];
  const foreign = signs.filter((sign) => !BASIC.includes(sign) && !EXTENDED.includes(sign));
  const [alone, joined] = foreign.length ? [70, 67] : [160, 153];
  const sizes = signs.map((sign) => (foreign.length ? sign.length : EXTENDED.includes(sign) ? 2 : 1));
  const places = sizes.reduce((sum, size) => sum + size, 0);
  if (places <= alone) return { alphabet: foreign.length ? "UCS-2" : "GSM-7", places, messages: Math.min(places, 1), foreign };
  let messages = 1;
  let left = joined;
  for (const size of sizes) {
    if (size > left) {
      messages += 1;
      left = joined;
    }
    left -= size;
  }
  return { alphabet: foreign.length ? "UCS-2" : "GSM-7", places, messages, foreign };
}

class Length extends (window.StimulusModule?.Controller ?? class {}) {
  connect() {
    this.output = document.createElement("output");
    this.output.className = "help";
    this.element.after(this.output);
    this.say = () => {
      const { value, dataset } = this.element;
      const whole = value && (dataset.smsLengthFrame ?? "%s").replace("%s", () => value);
      const { alphabet, places, messages, foreign } = measure(whole);
      const because = foreign.length ? ` (${[...new Set(foreign)].slice(0, 8).join(" ")})` : "";
      this.output.textContent = places ? `${places} · ${alphabet}${because} · ${messages} SMS` : "";
    };
    this.element.addEventListener("input", this.say);
    this.say();
  }

  disconnect() {
    this.element.removeEventListener("input", this.say);
    this.output.remove();
  }
}

window.wagtail?.app?.register("sms-length", Length);
