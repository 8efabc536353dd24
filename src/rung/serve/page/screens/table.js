// The screen of tables: a form with a field for every column, the answer, and what each column is worth to it.

"use strict";

const WEIGHTIEST = 8; // columns that are shown
const form = $("form");
const numeric = RUN.classes.length === 0; // the answer is a number
const short = (v) => (typeof v === "number" ? String(Number(v.toPrecision(4))) : v);
const told = (v) => (Table.written(v) === "" ? "(not known)" : short(v));

/** Return what the network makes of a row: probabilities, or one number. */
function answer(row) {
  const out = Onnx.run(model, Table.inputs(row, settings));
  return numeric ? out.scores.data[0] : Array.from(out.probabilities.data);
}

const filled = () => Object.fromEntries(new FormData(form));

/** Put a row into the form. */
function fill(row) {
  for (const { name } of settings.fields) form.elements[name].value = Table.written(row[name]);
}

/** Show what the network answers to a row, then why. */
function show(row, note = "") {
  $("remarks").replaceChildren();
  $("why").hidden = true;
  if ($("within")) $("within").hidden = true;
  try {
    const start = performance.now();
    const found = answer(row);
    if (numeric) number(found, start, note);
    else tell(found, start, true, note);
    for (const remark of Table.remarks(row, settings)) {
      const line = document.createElement("li");
      line.textContent = remark;
      $("remarks").append(line);
    }
    explain(row, found);
    if (matchMedia("(max-width: 759px)").matches) $("answer-title").scrollIntoView(); // it stands below the form
  } catch (error) {
    silence(error.message);
  }
}

/** Show a number, and how far from the truth such numbers are. */
function number(found, start, note) {
  const took = performance.now() - start;
  $("said").textContent = `It says ${short(found)}.${note}`;
  $("took").textContent = `computed in this page in ${took.toFixed(took < 10 ? 1 : 0)} ms`;
  if (!RUN.within) return;
  const { half, share, of } = RUN.within;
  const range = document.createElement("strong");
  range.textContent = `${short(found - half)} to ${short(found + half)}.`;
  $("within").replaceChildren(
    range,
    ` Of its answers to ${of} rows that it never saw, at least ${Math.round(100 * share)}% were within ${short(half)} of ` +
      "the truth. That is so of the network as a whole, and the same for every row: it does not know how sure it is " +
      "of this one.",
  );
  $("within").hidden = false;
}

function explain(row, found) {
  const top = numeric ? -1 : best(found);
  const parts = Table.why((one) => (numeric ? answer(one) : answer(one)[top]), row, settings);
  const most = Math.max(...parts.map((part) => Math.abs(part.worth))) || 1;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(most)));
  const what = numeric ? "the answer" : `the chance of “${RUN.classes[top]}”, in points of 100`;
  $("what").textContent = `What each value is worth to ${what}.`;
  $("worth").replaceChildren();
  for (const { name, given, typical, worth } of parts.slice(0, WEIGHTIEST)) {
    const line = $("worth").insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    const bold = document.createElement("b");
    bold.textContent = name.replaceAll("_", " ");
    const small = document.createElement("small");
    const same = Table.written(given) === Table.written(typical);
    small.textContent = same ? "the typical value" : `typical: ${told(typical)}`;
    head.append(bold, ` ${told(given)}`, document.createElement("br"), small);
    const bar = line.insertCell();
    bar.className = "bar";
    const fill = document.createElement("i");
    const share = (50 * Math.abs(worth)) / most;
    fill.style.cssText = `left:${worth >= 0 ? 50 : 50 - share}%;width:${share}%;background:var(--${worth >= 0 ? "for" : "against"})`;
    bar.append(document.createElement("div"));
    bar.firstChild.append(fill);
    const value = numeric ? worth.toFixed(digits) : (100 * worth).toFixed(1);
    line.insertCell().textContent = Number(value) === 0 ? "0" : worth > 0 ? `+${value}` : value.replace("-", "−");
    line.prepend(head);
  }
  $("why").hidden = false;
  $("why").dataset.worth = JSON.stringify(Object.fromEntries(parts.map((part) => [part.name, part.worth])));
}

function table() {
  const truth = (one) => (numeric ? short(one) : RUN.classes[one]);
  RUN.examples.forEach((example, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Example ${i + 1}: ${truth(example.truth)}`;
    button.addEventListener("click", () => {
      fill(example.given);
      show(example.given, ` It is ${truth(example.truth)}.`);
    });
    $("samples").append(button);
  });
  gallery(
    (failure) => {
      const shown = document.createElement("span");
      const few = settings.fields.slice(0, 3).map(({ name }) => `${name.replaceAll("_", " ")} ${told(failure.given[name])}`);
      shown.textContent = `${few.join(", ")} ...`;
      return shown;
    },
    (failure) => answer(failure.given),
    (failure, note) => {
      fill(failure.given);
      show(failure.given, note);
    },
  );
}

if (!numeric) bars();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show(filled());
});
$("gallery").classList.add("wide");
table();
folded(9);
document.body.dataset.ready = "yes";
