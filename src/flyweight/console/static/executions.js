// The list of executions, kept true: rows change in place, new ones come in on top.
import { element } from "./console.js";
import { Stream } from "./stream.js";

const MOST = 200;
const list = document.getElementById("list");
const rows = document.getElementById("rows");

function put({ name, fits, html }) {
  const old = rows.querySelector(`tr[data-execution="${CSS.escape(name)}"]`);
  if (!old && !fits) return;
  const row = element(`<table><tbody>${html}</tbody></table>`).querySelector("tr");
  if (old) { if (!old.isEqualNode(row)) old.replaceWith(row); return; }
  row.classList.add("new");
  rows.prepend(row);
  document.getElementById("empty")?.remove();
  rows.closest("table").hidden = false;
  while (rows.children.length > MOST) rows.lastElementChild.remove();
}

let opened = false;
async function catchUp() {
  // Changes are told from now on only: after a pause the rows are read anew.
  if (!opened) { opened = true; return; }
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("rows");
  if (fresh?.children.length) rows.replaceChildren(...fresh.children);
}

new Stream(list.dataset.events, { execution: put, opening: catchUp });
document.querySelector("select[name=within]").addEventListener("change", (event) => event.target.form.requestSubmit());
rows.addEventListener("click", (event) => {
  if (event.target.closest("a, button") || String(getSelection())) return;
  event.target.closest("tr")?.querySelector("a")?.click();
});
