// What every screen shares: the network, the bars of its probabilities, its sentence, and the failures.
// RUN and MODEL are in run.js and model.js; screen.js comes after this file and lays out the kind of input.

"use strict";

const $ = (id) => document.getElementById(id);
const decoded = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

const settings = RUN.app.spec;
const model = Onnx.read(decoded(MODEL));
const percent = (v) => (v >= 0.9995 ? ">\u00a099.9%" : `${(100 * v).toFixed(1)}%`);
const best = (values) => values.indexOf(Math.max(...values));

// -- probabilities -------------------------------------------------------------------------------------------

const rows = new Map();

function bars() {
  const few = RUN.classes.length <= 12 ? RUN.classes.map((_, i) => i) : [...Array(10).keys()];
  for (const i of few) {
    const row = document.createElement("li");
    row.innerHTML = '<span class="name"></span><span class="track"><span class="fill"></span></span><span class="share"></span>';
    row.querySelector(".fill").style.display = "block";
    row.querySelector(".name").textContent = RUN.classes.length <= 12 ? RUN.classes[i] : "";
    $("bars").append(row);
    rows.set(i, row);
  }
}

/** Show probabilities, and the time since `start`; say them aloud unless more is about to follow. */
function tell(found, start, aloud = true, note = "") {
  const took = performance.now() - start;
  const top = best(found);
  const order = found.map((_, i) => i).sort((a, b) => found[b] - found[a]);
  for (const [place, row] of rows) {
    const i = RUN.classes.length <= 12 ? place : order[place];
    row.querySelector(".name").textContent = RUN.classes[i];
    row.querySelector(".fill").style.width = `${100 * found[i]}%`;
    row.querySelector(".share").textContent = percent(found[i]);
    row.classList.toggle("best", i === top);
  }
  if (aloud) {
    const [second, chance] = [RUN.classes[order[1]], found[order[1]]];
    const next = chance >= 0.0005 ? `; next ${second}, ${percent(chance)}` : "";
    $("said").textContent = `It says ${RUN.classes[top]}, ${percent(found[top])} sure${next}.${note}`;
  }
  $("took").textContent = `computed in this page in ${took.toFixed(took < 10 ? 1 : 0)} ms`;
}

/** Show that there is no answer, and why. */
function silence(why) {
  for (const row of rows.values()) {
    row.querySelector(".fill").style.width = 0;
    row.querySelector(".share").textContent = "";
    row.classList.remove("best");
  }
  $("said").textContent = why;
  $("took").textContent = "\u00a0";
}

// -- failures ------------------------------------------------------------------------------------------------

/** Fill the gallery: `face(failure)` shows its input, `ask(failure)` answers to it, `open(failure)` shows that. */
function gallery(face, ask, open) {
  let same = 0;
  for (const failure of RUN.failures) {
    const found = ask(failure);
    const alike = (a, b) => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));
    same += RUN.classes.length ? best(found) === failure.answer : alike(found, failure.answer);
    const truth = RUN.classes[failure.truth] ?? Number(failure.truth.toPrecision(4));
    const said = RUN.classes[failure.answer] ?? Number(failure.answer.toPrecision(4));
    const button = document.createElement("button");
    button.type = "button";
    const told = document.createElement("span");
    told.textContent = `is ${truth}`;
    const wrong = document.createElement("span");
    wrong.className = "wrong";
    wrong.textContent = `said ${said}${RUN.classes.length ? `, ${percent(failure.sure)}` : ""}`;
    button.append(face(failure), told, wrong);
    button.addEventListener("click", () => {
      open(failure, ` It is ${truth}.`);
      $("answer-title").scrollIntoView({ block: "center" });
    });
    $("gallery").append(button);
  }
  document.body.dataset.same = `${same} of ${RUN.failures.length}`;
}

/** Show the first failures alone, and a button that shows the others. */
function folded(first) {
  const more = [...$("gallery").children].slice(first);
  if (!more.length) return;
  for (const button of more) button.hidden = true;
  const all = document.createElement("button");
  all.type = "button";
  all.textContent = `Show ${more.length} more`;
  all.addEventListener("click", () => {
    for (const button of more) button.hidden = false;
    all.remove();
    more[0].focus();
  });
  $("gallery").after(all);
}
