// Notifications on this device: asked for by a press and by nothing else.

const form = document.querySelector("[data-push-key]");
const { pushKey, keep, chosen, end, lang } = form.dataset;
const [ask, save, stop] = ["ask", "save", "stop"].map((name) => form.querySelector(`[data-do="${name}"]`));
const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const say = (name) => {
  for (const line of form.querySelectorAll("[data-say]")) line.hidden = line.dataset.say !== name;
};
const boxes = () => [...form.querySelectorAll("[name=topics]")];
const topics = () => boxes().filter((box) => box.checked).map((box) => box.value);
const registration = () => navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready);
const post = async (url, content) => {
  const answer = await fetch(url, {
    method: "POST",
    body: JSON.stringify(content),
    headers: { "Content-Type": "application/json" },
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};

function show(on) {
  ask.hidden = on;
  save.hidden = stop.hidden = !on;
}

function bytes(key) {
  const raw = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

// Whether the push service takes messages for it that are signed with our key of today.
function fits({ options }) {
  const [theirs, ours] = [new Uint8Array(options.applicationServerKey ?? []), bytes(pushKey)];
  return theirs.length === ours.length && theirs.every((byte, place) => byte === ours[place]);
}

async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  await post(keep, { endpoint, p256dh: keys.p256dh, auth: keys.auth, language: lang, topics: topics() });
  show(true);
  say("on");
}

const deeds = {
  async ask() {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    const { pushManager } = await registration();
    return tell(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(pushKey) }));
  },
  async save() {
    const { pushManager } = await registration();
    return tell(await pushManager.getSubscription());
  },
  async stop() {
    const { pushManager } = await registration();
    const subscription = await pushManager.getSubscription();
    if (subscription) {
      await post(end, { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    show(false);
    say("off");
  },
};

form.addEventListener("click", async ({ target }) => {
  const deed = target.closest("[data-do]")?.dataset.do;
  if (!deed) return;
  if (deed !== "stop" && boxes().length && !topics().length) return say("topic");
  try {
    await deeds[deed]();
  } catch {
    say("failed");
  }
});

async function begin() {
  form.querySelector("[data-parts]").hidden = !possible;
  if (!possible) return say("impossible");
  const known = await navigator.serviceWorker.getRegistration();
  const subscription = await known?.pushManager.getSubscription();
  if (!subscription) return show(false);
  if (!fits(subscription)) {
    await subscription.unsubscribe(); // or it could never be asked for anew
    return show(false);
  }
  const answer = await post(chosen, { endpoint: subscription.endpoint });
  for (const box of boxes()) box.checked = answer.topics.includes(box.value);
  return show(answer.known);
}

begin().catch(() => say("failed"));
