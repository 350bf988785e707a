// An attempt's log as it grows. Only the newest lines are kept in the page; the rest is not lost, only not shown.
import { copy } from "./console.js";
import { Stream } from "./stream.js";

const MOST_LINES = 5000;
const ESCAPES = /\x1b\[([0-9;]*)([A-Za-z])/g;

export class Log {
  constructor(root) {
    this.lines = root.querySelector(".lines");
    this.follow = root.querySelector("#follow");
    this.size = root.querySelector("#log-size");
    this.rest = "";
    this.count = 0;
    this.lines.addEventListener("scroll", () => {
      const bottom = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 24;
      if (this.follow.checked && !bottom) this.follow.checked = false;
      else if (bottom) this.follow.checked = true;
    });
    this.follow.addEventListener("change", () => this.toEnd());
    root.querySelector("#log-copy").addEventListener("click", (event) => copy(this.lines.innerText, event.target));
    this.stream = new Stream(root.dataset.log, {
      opening: () => this.clear(),
      text: ({ text }) => this.add(text),
      problem: ({ message }) => this.add(`${message}\n`),
      end: () => this.end(),
    }, { whole: false });
  }

  clear() {
    this.lines.replaceChildren();
    this.rest = "";
    this.count = 0;
    this.last = null;
    this.size.textContent = "Nothing so far";
  }

  add(text) {
    const parts = (this.rest + text).split("\n");
    this.rest = parts.pop();
    this.last?.remove();
    const fresh = document.createDocumentFragment();
    for (const part of parts) fresh.append(line(part));
    this.last = this.rest ? line(this.rest) : null;
    if (this.last) fresh.append(this.last);
    this.lines.append(fresh);
    this.count += parts.length;
    while (this.lines.children.length > MOST_LINES) this.lines.firstElementChild.remove();
    this.size.textContent = `${this.count.toLocaleString()} lines${this.count > MOST_LINES ? `, the last ${MOST_LINES.toLocaleString()} shown` : ""}`;
    this.toEnd();
  }

  end() {
    if (!this.lines.children.length) this.size.textContent = "It wrote nothing.";
  }

  toEnd() {
    if (this.follow.checked) this.lines.scrollTop = this.lines.scrollHeight;
  }

  close() {
    this.stream.close();
  }
}

// A carriage return begins the line anew (progress bars); colours are those of terminals.
function line(text) {
  const row = document.createElement("div");
  const shown = text.replace(/\r+$/, "");
  const plain = shown.slice(shown.lastIndexOf("\r") + 1);
  let at = 0;
  let classes = [];
  for (const match of plain.matchAll(ESCAPES)) {
    put(row, plain.slice(at, match.index), classes);
    at = match.index + match[0].length;
    if (match[2] === "m") classes = styles(classes, match[1]);
  }
  put(row, plain.slice(at), classes);
  if (!row.childNodes.length) row.append("\u200b");
  return row;
}

function styles(classes, codes) {
  for (const code of (codes || "0").split(";").map(Number)) {
    if (code === 0) classes = [];
    else if (code === 1) classes = [...classes, "bold"];
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      classes = [...classes.filter((name) => !name.startsWith("ansi-")), `ansi-${code % 10}`];
    } else if (code === 39) classes = classes.filter((name) => !name.startsWith("ansi-"));
  }
  return classes;
}

function put(row, text, classes) {
  if (!text) return;
  if (!classes.length) { row.append(text); return; }
  const span = document.createElement("span");
  span.className = classes.join(" ");
  span.textContent = text;
  row.append(span);
}
