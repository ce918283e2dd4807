// The plan of bookings: what is booked is shown in a dialog, and dragged or carried by keys to another time or thing.
// Where it is put down, the server says whether it can go there; nothing is moved before that is pressed.
const plan = document.querySelector("[data-plan]");
const dialog = document.querySelector("[data-plan-dialog]");
const said = document.querySelector("[data-plan-said]");
const FAR = 6; // pixels after which a press is a drag
let carried = null; // what is under way: {bar, kind, keys, target}

if (plan && dialog) {
  document.querySelector("[data-plan-help]").hidden = false;
  plan.addEventListener("pointerdown", press);
  plan.addEventListener("click", follow);
  plan.addEventListener("keydown", key);
  plan.addEventListener("dragstart", (event) => event.preventDefault());
  dialog.addEventListener("submit", send);
}

const barOf = (event) => event.target.closest("[data-bar]");
const rowOf = (element) => element?.closest("[data-row]");
const rows = (kind) => [...plan.querySelectorAll(`[data-row][data-kind="${kind}"]`)];
const along = () => plan.dataset.plan === "day";
const tell = (text) => (said.textContent = text);

// -- The dialog ----------------------------------------------------------------------------------------------
async function show(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("part", "1");
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) return location.assign(url);
  const html = await response.text();
  if (!dialog.open) dialog.showModal();
  fill(html);
}

// Where the next press belongs: at why it cannot go there, at what moves it, or at the first thing to say.
function fill(html) {
  dialog.innerHTML = html;
  const form = dialog.querySelector("[data-moving]");
  const goal = form?.querySelector(".errors") ?? form?.querySelector(".ask ~ .go button");
  (goal ?? form?.querySelector("select") ?? dialog.querySelector("button")).focus();
  dialog.querySelector(".errors, .ask, h1")?.scrollIntoView({ block: "nearest" });
}

async function send(event) {
  if (!event.target.matches("[data-moving]")) return;
  event.preventDefault();
  const body = new FormData(event.target);
  const response = await fetch(event.target.action, { method: "POST", body }).catch(() => null);
  if (response?.status === 204) location.assign(response.headers.get("Location"));
  else if (response) fill(await response.text());
  else event.target.submit();
}

function follow(event) {
  const bar = barOf(event);
  if (!bar || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (bar.dataset.dropped) delete bar.dataset.dropped;
  else show(bar.href);
}

// -- Targets -------------------------------------------------------------------------------------------------
// Where it would go: a thing and a day, or a thing and a moment.
function targetAt(x, y) {
  const row = rowOf(document.elementFromPoint(x, y));
  if (!row || row.dataset.kind !== carried.kind) return null;
  if (!along()) {
    const cell = document.elementFromPoint(x, y).closest("[data-day]");
    return cell && { row, day: cell.dataset.day };
  }
  const { left, width } = track(row);
  const minutes = ((x - carried.grip - left) / width) * shown();
  return { row, start: stepped(row, minutes) };
}

function track(row) {
  const name = row.querySelector("th").getBoundingClientRect().right;
  return { left: name, width: plan.getBoundingClientRect().right - name };
}

const shown = () => (new Date(plan.dataset.until) - new Date(plan.dataset.from)) / 60000;

function stepped(row, minutes) {
  const step = Number(row.dataset.step) || 30;
  const most = shown() - step;
  const from = new Date(plan.dataset.from).getTime();
  return new Date(from + Math.min(Math.max(Math.round(minutes / step) * step, 0), most) * 60000);
}

function aim(target) {
  for (const one of plan.querySelectorAll(".target")) one.classList.remove("target");
  carried.target = target;
  if (!target) return;
  if (along()) target.row.querySelector("th").classList.add("target");
  else target.row.querySelector(`[data-day="${target.day}"]`).classList.add("target");
}

function words(target) {
  const name = target.row.querySelector("th").textContent.trim();
  if (target.start) {
    const clock = { hour: "numeric", minute: "2-digit", timeZone: plan.dataset.zone };
    return `${name}, ${target.start.toLocaleTimeString(document.documentElement.lang, clock)}`;
  }
  const day = new Date(`${target.day}T12:00`);
  const wanted = { weekday: "long", day: "numeric", month: "long" };
  return `${name}, ${day.toLocaleDateString(document.documentElement.lang, wanted)}`;
}

function drop() {
  const { bar, target } = carried;
  leave();
  if (!target) return;
  const url = new URL(bar.href);
  url.searchParams.set("seen", bar.dataset.seen);
  url.searchParams.set("resource", target.row.dataset.row);
  if (target.start) url.searchParams.set("start", target.start.toISOString());
  else url.searchParams.set("day", target.day);
  show(url.href);
}

function take(bar, more) {
  carried = { bar, kind: rowOf(bar).dataset.kind, ...more };
  bar.classList.add("held-up");
}

function leave() {
  aim(null);
  carried.bar.classList.remove("held-up");
  carried.ghost?.remove();
  carried = null;
}

// -- With the pointer ----------------------------------------------------------------------------------------
function press(event) {
  const bar = barOf(event);
  if (!bar?.hasAttribute("data-movable") || event.button || event.pointerType === "touch") return;
  const from = { x: event.clientX, y: event.clientY, grip: event.clientX - bar.getBoundingClientRect().left };
  const stop = new AbortController();
  const on = (name, does) => window.addEventListener(name, does, { signal: stop.signal });
  on("pointermove", (now) => {
    if (!carried && Math.hypot(now.clientX - from.x, now.clientY - from.y) < FAR) return;
    if (!carried) take(bar, { grip: from.grip, ghost: ghost() });
    aim(targetAt(now.clientX, now.clientY));
    float(now);
  });
  on("pointerup", () => {
    stop.abort();
    if (!carried) return;
    bar.dataset.dropped = "1"; // the click that follows is none
    setTimeout(() => delete bar.dataset.dropped);
    drop();
  });
  on("pointercancel", () => {
    stop.abort();
    if (carried) leave();
  });
  on("keydown", (now) => {
    if (now.key !== "Escape" || !carried) return;
    stop.abort();
    leave();
  });
}

function ghost() {
  const made = document.createElement("p");
  made.className = "ghost";
  plan.closest(".desk").append(made);
  return made;
}

function float(event) {
  const { ghost, target, bar } = carried;
  ghost.textContent = target ? words(target) : bar.querySelector("b").textContent;
  ghost.style.left = `${event.clientX + 14}px`;
  ghost.style.top = `${event.clientY + 14}px`;
}

// -- With keys -----------------------------------------------------------------------------------------------
function key(event) {
  const bar = barOf(event);
  if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = carried ? { Enter: drop, Escape: putBack, ...arrows } : { m: pick, M: pick };
  if (!does[event.key] || !bar.hasAttribute("data-movable")) return;
  event.preventDefault();
  event.stopPropagation();
  does[event.key](bar);
}

function pick(bar) {
  take(bar, {});
  const row = rowOf(bar);
  const day = bar.closest("[data-day]")?.dataset.day;
  aim(along() ? { row, start: new Date(bar.dataset.start) } : { row, day });
  tell(said.dataset.taken.replace("{what}", bar.querySelector("b").textContent));
  bar.addEventListener("blur", () => carried?.bar === bar && leave(), { once: true });
}

function putBack() {
  leave();
  tell(said.dataset.left);
}

const arrows = {
  ArrowUp: () => climb(-1),
  ArrowDown: () => climb(1),
  ArrowLeft: () => go(-1),
  ArrowRight: () => go(1),
};

function climb(step) {
  const all = rows(carried.kind);
  const row = all[all.indexOf(carried.target.row) + step];
  if (row) reach({ ...carried.target, row });
}

function go(step) {
  const { row, start, day } = carried.target;
  if (start) {
    const minutes = (start - new Date(plan.dataset.from)) / 60000 + step * (Number(row.dataset.step) || 30);
    return reach({ row, start: stepped(row, minutes) });
  }
  const days = [...row.querySelectorAll("[data-day]")].map((cell) => cell.dataset.day);
  const next = days[days.indexOf(day) + step];
  if (next) reach({ row, day: next });
}

function reach(target) {
  aim(target);
  tell(said.dataset.at.replace("{what}", words(target)));
}
