// One stream of events, open only while somebody looks: browsers allow few connections to one server, and a hidden tab
// needs none. Every stream begins with the present state, so what was missed comes with the next opening.

export class Stream {
  constructor(url, handlers, { whole = true } = {}) {
    this.url = url;
    this.handlers = handlers;
    this.whole = whole;
    this.over = false;
    this.look = () => (document.hidden ? this.pause() : this.open());
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  open() {
    if (this.source || this.over) return;
    this.handlers.opening?.();
    this.source = new EventSource(this.url);
    this.source.onopen = () => says("");
    this.source.onerror = () => {
      says("Reconnecting…");
      // A refused answer (the platform is starting) ends an EventSource for good: begin anew.
      if (this.source?.readyState === EventSource.CLOSED) { this.pause(); this.retry = setTimeout(() => this.look(), 1500); }
      else if (!this.whole) { this.pause(); this.retry = setTimeout(() => this.look(), 500); }
    };
    for (const [kind, handle] of Object.entries(this.handlers)) {
      if (kind !== "opening") this.source.addEventListener(kind, (event) => handle(JSON.parse(event.data), event));
    }
    this.source.addEventListener("end", () => this.close());
  }

  pause() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  close() {
    this.over = true;
    document.removeEventListener("visibilitychange", this.look);
    this.pause();
    says("");
  }
}

function says(text) {
  const line = document.getElementById("link-state");
  line.textContent = text;
  line.hidden = !text;
}
