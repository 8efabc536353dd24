// The proof page: start and stop a proof, add its rows as they come, and find some among them.
import { call } from "./api.js";

const PAUSE = 400; // ms between two looks at a proof under way

const acts = document.getElementById("acts");
const rows = document.getElementById("rows");
const mine = acts.dataset.mine === "1";

acts.querySelector("[data-act]").addEventListener("click", async (event) => {
  const button = event.currentTarget, starts = button.dataset.act === "start";
  button.disabled = true;
  const { ok, body } = await call("POST", starts ? "/api/proof" : "/api/proof/stop", { mine });
  if (ok) return location.reload();
  button.disabled = false;
  acts.querySelector(".said").textContent = [body.error, body.fix].filter(Boolean).join(" Perhaps: ");
});

let shown = Number(acts.dataset.shown);
async function look() {
  if (document.hidden) return setTimeout(look, PAUSE);
  const { ok, body } = await call("GET", `/api/proof?from=${shown}${mine ? "&mine=1" : ""}`);
  if (ok && (body.state !== "running" || body.run !== acts.dataset.run)) return location.reload();
  if (ok) {
    document.getElementById("head").innerHTML = body.head;
    rows.insertAdjacentHTML("beforeend", body.rows);
    shown = body.shown;
    sift();
  }
  setTimeout(look, PAUSE);
}
if (acts.dataset.state === "running") setTimeout(look, PAUSE);

// Finding: by a part of the name, or of the module it comes from, and by what was found.
const find = document.getElementById("find");
const picks = document.querySelectorAll("[data-pick]");
let pick = "all";

function sift() {
  const sought = find.value.trim().toLowerCase();
  let left = 0, fits = false;
  for (const row of rows.rows) {
    if (!row.classList.contains("fault")) {
      const text = `${row.cells[0].textContent} ${row.querySelector(".code").textContent}`.toLowerCase();
      fits = (pick === "all" || row.dataset.verdict === pick) && text.includes(sought);
      left += fits;
    }
    row.hidden = !fits; // what went wrong stands below its row, and goes with it
  }
  document.getElementById("nothing").hidden = left > 0 || !rows.rows.length;
}

find?.addEventListener("input", sift);
picks.forEach((button) => {
  button.addEventListener("click", () => {
    pick = button.dataset.pick;
    picks.forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
    sift();
  });
});
