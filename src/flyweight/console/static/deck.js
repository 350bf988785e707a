// A deck that stays true: the new page loads unseen behind the old one and takes its place when it stands, at the same
// scroll position and tab. The page is in a sandbox and a stranger to us: the only thing it is believed is where its
// reader stands, and that only as numbers that are given back to it.
import { ago, now } from "./console.js";

const QUIET = 250;
const PATIENCE = 4000;
const BADGES = { running: "Live", succeeded: "Final", failed: "Failed", killed: "Killed" };

export class Deck {
  constructor(root) {
    this.url = root.dataset.deck;
    this.frames = root.querySelector(".frames");
    this.badge = root.querySelector("#deck-badge");
    this.age = root.querySelector("#deck-age");
    this.attempt = Number(this.url.split("/").pop());
    this.place = null;
    this.shown = null;
    this.busy = false;
    this.again = false;
    this.at = 0;
    this.hear = (event) => this.heard(event);
    addEventListener("message", this.hear);
    this.timer = setInterval(() => this.tellAge(), 500);
    this.refresh();
  }

  published(attempt) {
    if (attempt !== this.attempt) return;
    this.at = now();
    this.refresh();
  }

  async refresh() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    this.again = false;
    try { await this.swap(); } catch { this.badge.textContent = "Not reachable"; this.again = true; }
    await new Promise((done) => setTimeout(done, QUIET));
    this.busy = false;
    if (this.again && !this.closed) this.refresh();
  }

  async swap() {
    const answer = await fetch(`${this.url}/state`);
    if (!answer.ok) { this.badge.dataset.state = "none"; this.badge.textContent = "No deck"; return; }
    const state = await answer.json();
    await this.load(state.revision);
    this.badge.dataset.state = state.published ? state.state : "waiting";
    this.badge.textContent = state.published || state.state !== "running" ? BADGES[state.state] : "Waits for the first page";
    this.state = state;
    this.tellAge();
  }

  load(revision) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts allow-popups");
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.title = "Deck";
    frame.className = "loading";
    frame.src = `${this.url}?revision=${revision}`;
    return new Promise((done) => {
      const stand = () => {
        clearTimeout(patience);
        if (this.place) frame.contentWindow?.postMessage({ flyweightPlace: this.place }, "*");
        requestAnimationFrame(() => {
          frame.className = "";
          this.shown?.remove();
          this.shown = frame;
          done();
        });
      };
      const patience = setTimeout(stand, PATIENCE);
      frame.addEventListener("load", stand, { once: true });
      this.frames.append(frame);
    });
  }

  heard(event) {
    if (!this.shown || event.source !== this.shown.contentWindow) return;
    const told = event.data?.flyweightPlace;
    if (!Array.isArray(told) || told.length !== 3 || !told.every(Number.isFinite)) return;
    this.place = told;
  }

  tellAge() {
    if (!this.state) return;
    const revision = this.state.revision ? `page ${this.state.revision}` : "";
    const text = [revision, this.at ? `updated ${ago(this.at)}` : ""].filter(Boolean).join(" · ");
    if (this.age.textContent !== text) this.age.textContent = text;
  }

  close() {
    this.closed = true;
    removeEventListener("message", this.hear);
    clearInterval(this.timer);
  }
}
