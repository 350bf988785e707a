// What every page has: clocks that tick, times in the reader's own zone, copying, and word of what went wrong.

const skew = Number(document.body.dataset.now || Date.now()) - Date.now();
export const now = () => Date.now() + skew;

export function duration(millis) {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds < 1) return seconds ? `${Math.round(seconds * 1000)} ms` : "< 1 ms";
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} m`;
}

export function ago(millis) {
  const seconds = Math.max(0, (now() - millis) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(millis).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function tick(root = document) {
  for (const each of root.querySelectorAll("[data-since]")) put(each, duration(now() - Number(each.dataset.since)));
  for (const each of root.querySelectorAll("time[data-ago]")) {
    const at = Number(each.dataset.ago);
    put(each, ago(at));
    if (!each.title) { each.title = new Date(at).toLocaleString(); each.dateTime = new Date(at).toISOString(); }
  }
  for (const each of root.querySelectorAll("time[data-at]:not([datetime])")) {
    const at = new Date(Number(each.dataset.at));
    each.dateTime = at.toISOString();
    const today = at.toDateString() === new Date().toDateString();
    put(each, today ? at.toLocaleTimeString() : at.toLocaleString());
    each.title = at.toISOString();
  }
}

export function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const found = template.content.firstElementChild;
  tick(template.content);
  return found;
}

let toastTimer;
export function tell(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 6000);
}

export async function send(method, path, body) {
  const answer = await fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message || answer.statusText);
  return told;
}

export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button?.classList.add("done");
    setTimeout(() => button?.classList.remove("done"), 1200);
  } catch {
    tell("The browser does not let this page copy: select the text instead.");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.dataset.copy, button);
  for (const open of document.querySelectorAll("details.switch[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
});

tick();
setInterval(() => { if (!document.hidden) tick(); }, 200);
