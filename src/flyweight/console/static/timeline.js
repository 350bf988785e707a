// Bars of when each node ran, on one scale from the first start to the last end (or to now).
import { duration, now } from "./console.js";

export function drawTimeline(table) {
  const rows = [...table.tBodies[0].rows].map((row) => ({
    rect: row.querySelector("rect"), started: Number(row.dataset.started), ended: Number(row.dataset.ended),
  }));
  const begun = rows.filter((row) => row.started);
  if (!begun.length) return;
  const first = Math.min(...begun.map((row) => row.started));
  const last = Math.max(...begun.map((row) => row.ended || now()));
  const whole = Math.max(1, last - first);
  for (const { rect, started, ended } of begun) {
    const width = ((ended || last) - started) / whole * 100;
    rect.setAttribute("x", `${Math.min(99.2, (started - first) / whole * 100).toFixed(2)}%`);
    rect.setAttribute("width", `${Math.max(0.8, width).toFixed(2)}%`);
  }
  const marks = table.tHead.querySelectorAll("text");
  [0, whole / 2, whole].forEach((at, index) => { marks[index].textContent = at ? duration(at) : "0"; });
}
