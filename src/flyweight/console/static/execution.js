// One execution: its state, nodes, timeline and graph as they change, and the panel of what was chosen.
import { element, send, tell, tick } from "./console.js";
import { Deck } from "./deck.js";
import { Log } from "./log.js";
import { Stream } from "./stream.js";
import { drawTimeline } from "./timeline.js";

const root = document.getElementById("execution");
const panel = document.getElementById("panel");
const table = document.getElementById("nodes");
const split = document.getElementById("split");
const { project, domain } = document.body.dataset;
const id = { project, domain, name: root.dataset.execution };
const api = `/api/v1/executions/${encodeURIComponent(project)}/${encodeURIComponent(domain)}/${encodeURIComponent(id.name)}`;

let log = null;
let deck = null;
const asked = () => new URLSearchParams(location.search);

function mark() {
  const node = asked().get("node") || "";
  for (const each of root.querySelectorAll("[data-node]")) each.classList.toggle("chosen", each.dataset.node === node);
  split.classList.toggle("wide", asked().has("wide") && node !== "");
}

function start() {
  log?.close();
  deck?.close();
  log = deck = null;
  const lines = panel.querySelector("[data-log]");
  const frames = panel.querySelector("[data-deck]");
  if (lines) log = new Log(lines);
  if (frames) deck = new Deck(frames);
  tick(panel);
  mark();
}

let turn = 0;
async function load({ keep = false } = {}) {
  const mine = ++turn;
  const answer = await fetch(root.dataset.panel + location.search);
  const html = await answer.text();
  if (mine !== turn) return;
  if (!answer.ok) { if (!keep) location.reload(); return; }
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const [oldHead, newHead] = [panel.querySelector(".panel-head"), fresh.content.querySelector(".panel-head")];
  const living = log || deck;
  if (keep && living && oldHead.dataset.attempt === newHead.dataset.attempt) {
    oldHead.replaceWith(newHead);
    tick(panel);
    mark();
    return;
  }
  const [above, open] = [panel.querySelector(".panel-body")?.scrollTop || 0, openDetails()];
  panel.replaceChildren(fresh.content);
  if (keep) {
    panel.querySelectorAll("details").forEach((each, at) => { each.open = open.has(at); });
    panel.querySelector(".panel-body").scrollTop = above;
  }
  start();
}

function openDetails() {
  const open = new Set();
  panel.querySelectorAll("details").forEach((each, at) => { if (each.open) open.add(at); });
  return open;
}

let waiting;
function refresh() {
  clearTimeout(waiting);
  waiting = setTimeout(() => load({ keep: true }), 80);
}

function go(query) {
  history.pushState(null, "", query || location.pathname);
  mark();
  load();
}

let redrawing;
const redrawn = new Set();
function redraw(told) {
  // What a dynamic task drew is in the page that the server gives now: its graph and its rows take the old ones' place.
  const drawing = `${told.node} ${told.attempt}`;
  if (!told.drawn || redrawn.has(drawing)) return;
  redrawn.add(drawing);
  clearTimeout(redrawing);
  redrawing = setTimeout(async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [graph, drawn] = [document.getElementById("graph"), fresh.getElementById("graph")];
    if (graph && drawn) graph.replaceWith(document.adoptNode(drawn));
    table.tBodies[0].replaceWith(document.adoptNode(fresh.getElementById("nodes").tBodies[0]));
    tick(root);
    mark();
    ask();
    drawTimeline(table);
  }, 100);
}

// Nodes that the graph shows as one: their phase is the first of these that any of them has.
const foremost = root.dataset.foremost.split(" ");
let folding;
function refold() {
  cancelAnimationFrame(folding);
  folding = requestAnimationFrame(() => {
    const phases = new Map([...table.tBodies[0].rows].map((row) => [row.dataset.node, row.dataset.phase]));
    for (const box of document.querySelectorAll("#graph [data-siblings]")) {
      const found = box.dataset.siblings.split(" ").map((node) => phases.get(node) || "waiting");
      const done = found.filter((phase) => phase === "succeeded" || phase === "recovered").length;
      box.dataset.phase = foremost.find((phase) => found.includes(phase));
      box.querySelector("[data-done]").textContent = `${done} of ${found.length} done`;
    }
  });
}

function onNode(told) {
  redraw(told);
  const row = table.tBodies[0].querySelector(`tr[data-node="${CSS.escape(told.node)}"]`);
  const fresh = element(`<table><tbody>${told.html}</tbody></table>`).querySelector("tr");
  // What was made while it ran is told without its place: a row that stands already keeps its own.
  if (row) { fresh.querySelector(".what").className = row.querySelector(".what").className; row.replaceWith(fresh); }
  else table.tBodies[0].append(fresh);
  const box = document.querySelector(`#graph [data-node="${CSS.escape(told.node)}"]`);
  if (box) {
    box.dataset.phase = told.phase;
    const took = box.querySelector("[data-took]");
    if (took) {
      if (told.started && !told.ended) took.dataset.since = told.started;
      else { delete took.dataset.since; took.textContent = fresh.querySelector(".took").textContent; }
    }
  }
  refold();
  mark();
  ask();
  drawTimeline(table);
  if (asked().get("node") === told.node) {
    const head = panel.querySelector(".panel-head");
    if (head?.dataset.nodePhase !== told.phase || Number(head?.dataset.newest) !== told.attempt) {
      refresh();
      deck?.refresh();
    }
  }
}

function onExecution(told) {
  const old = document.getElementById("state");
  const changed = old.dataset.phase !== told.phase;
  old.replaceWith(element(told.html));
  if (changed && !asked().get("node")) refresh();
}

function onDeck({ node, attempt, revision }) {
  if (asked().get("node") === node) deck?.published(attempt, revision);
}

function onCapacity({ slots, busy, queued }) {
  const waits = queued ? ` · ${queued} waiting` : "";
  const [count, words] = [`${busy} of ${slots}`, document.createElement("span")];
  words.textContent = ` workers busy${waits}`;
  const capacity = document.getElementById("capacity");
  capacity.replaceChildren(count, words);
  capacity.title = `${count} workers busy${waits}`;
}

root.addEventListener("click", (event) => {
  const action = event.target.closest("[data-action]")?.dataset.action;
  if (action in questions) return confirm(action);
  if (event.target.closest("#widen")) {
    event.preventDefault();
    const query = asked();
    query.has("wide") ? query.delete("wide") : query.set("wide", "1");
    history.replaceState(null, "", `?${query}`);
    return mark();
  }
  const link = event.target.closest('a[href^="?"]');
  if (link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const query = new URLSearchParams(link.getAttribute("href"));
    const before = asked();
    // Another node under the same tab: who reads logs wants the next log.
    if (query.get("node") && !query.has("tab") && before.get("tab")) query.set("tab", before.get("tab"));
    if (query.get("node") && before.has("wide") && link.closest("#panel")) query.set("wide", "1");
    return go(query.toString() ? `?${query}` : "");
  }
  const row = event.target.closest("#nodes tbody tr");
  if (row && !String(getSelection())) row.querySelector("a").click();
});

root.addEventListener("change", (event) => {
  if (event.target.id !== "attempt") return;
  const query = asked();
  event.target.value === "" ? query.delete("attempt") : query.set("attempt", event.target.value);
  go(`?${query}`);
});

// What gates wait for stands in their rows; the head of the page says it, with the way there.
function ask() {
  const asked = [...table.tBodies[0].querySelectorAll("tr[data-signal]")];
  document.getElementById("asked").replaceChildren(...asked.flatMap((row) => {
    const link = Object.assign(document.createElement("a"), { href: `?node=${encodeURIComponent(row.dataset.node)}`, textContent: row.dataset.signal });
    return [row === asked[0] ? "Waits for an answer: " : ", ", link];
  }));
}

root.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "answer") return;
  event.preventDefault();
  const text = String(new FormData(form, event.submitter).get("text") ?? "");
  const refused = form.querySelector(".refused");
  refused.textContent = "";
  try {
    await send("POST", root.dataset.answer, { signal: form.dataset.signal, text });
    refresh();
  } catch (problem) { refused.textContent = problem.message; }
});

// As the client's remote.rerun says it: the mode and the annotation are Flyweight's own (semantics/rerun.py).
function rerun(node) {
  const metadata = { mode: "RECOVERED", referenceExecution: id };
  const spec = { metadata, annotations: { values: { "flyweight/rerun-node": node } } };
  return begin("/api/v1/executions", { project: id.project, domain: id.domain, spec });
}

async function begin(path, request) {
  try {
    const told = await send("POST", path, request);
    location.href = `${location.pathname.replace(/[^/]+$/, "")}${told.id.name}`;
  } catch (problem) { tell(problem.message); }
}

// What is asked before anything is started or ended: the question, what it comes to, and the words of the two answers.
const questions = {
  terminate: ["Terminate this execution?", "What runs is stopped. Decks and logs so far are kept.", "Keep running", "Terminate"],
  relaunch: ["Relaunch this execution?", "A new execution runs all of it again, with the same inputs. Only what is cached is taken over.", "Cancel", "Relaunch"],
  recover: ["Recover this execution?", "A new execution takes over all that succeeded here, and runs the rest.", "Cancel", "Recover"],
  rerun: ["Run again from this node?", "A new execution runs this node with its recorded inputs, and what follows from it. The rest is taken over.", "Cancel", "Run again"],
};
const question = document.getElementById("confirm");

function confirm(action) {
  const texts = question.querySelectorAll("h1, p.soft, button");
  questions[action].forEach((text, at) => { texts[at].textContent = text; });
  question.dataset.action = action;
  question.showModal();
}

question.addEventListener("close", () => {
  const { action } = question.dataset;
  if (question.returnValue !== "yes") return;
  question.returnValue = "";
  if (action === "terminate") send("DELETE", api, { cause: "terminated in the console" }).catch((problem) => tell(problem.message));
  else if (action === "rerun") rerun(asked().get("node"));
  else begin(`/api/v1/executions/${action}`, { id });
});

addEventListener("popstate", () => load());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && asked().get("node") && !document.querySelector("dialog[open]")) go("");
});

start();
ask();
drawTimeline(table);
setInterval(() => { if (!document.hidden && !document.getElementById("state").hasAttribute("data-ended")) drawTimeline(table); }, 200);
if (!document.getElementById("state").hasAttribute("data-ended")) {
  new Stream(root.dataset.events, {
    execution: onExecution, node: onNode, deck: onDeck, capacity: onCapacity,
    end: () => { document.getElementById("capacity").textContent = ""; },
  });
}
