// A lesson's page: its figures, questions and exercise come to life; the text was there before.
import * as live from "./live.js";
import { mount } from "./figure.js";
import { choice } from "./choices.js";
import { exercise } from "./exercise.js";
import { notice } from "./notices.js";

const started = performance.now();
const figures = new Map();

// Figures are drawn at once from the scene that came with the page; the very same ones go live when the notebook is.
for (const place of document.querySelectorAll("[data-place]")) {
  const data = place.querySelector("script[type='application/json']");
  const block = JSON.parse(data.textContent);
  data.remove();
  const figure = mount(place, block, (message) => send(place, block.id, message));
  figures.set(block.id, { place, figure, waiting: [] });
}

let ready = false;

function send(place, id, message) {
  const move = { kind: "figure", message: { figure: id, ...message } };
  if (ready && live.send(move)) return;
  // Moved before the notebook is live: said again as soon as it is.
  figures.get(id).waiting.push(move);
}

live.on("scenes", ({ scenes }) => {
  for (const [id, scene] of Object.entries(scenes)) figures.get(id)?.figure.update(scene);
  ready = true;
  document.body.dataset.live = "yes";
  performance.measure("rung:live", { start: started, end: performance.now() });
  for (const entry of figures.values()) {
    entry.place.querySelector(".trouble")?.remove();
    entry.waiting.splice(0).forEach(live.send);
  }
});
live.on("scene", ({ figure, scene }) => figures.get(figure)?.figure.update(scene));
live.on("refused", ({ figure, message, fix }) => {
  figures.get(figure)?.figure.refused();
  trouble(figures.get(figure), fix ? `${message}. ${fix}` : message);
});
live.on("trouble", ({ message, fix, final }) => {
  ready = false;
  document.body.dataset.live = "no";
  for (const entry of figures.values()) {
    entry.waiting.length = 0;
    trouble(entry, `${message} ${final ? "The figures stay as they are drawn." : ""} ${fix ? `Perhaps: ${fix}.` : ""}`);
  }
  if (!final) notice(message);
});
live.on("line", ({ up }) => { if (!up) ready = false; });

function trouble(entry, text) {
  if (!entry) return;
  let place = entry.place.querySelector(".trouble");
  if (!place) {
    place = Object.assign(document.createElement("p"), { className: "trouble" });
    place.setAttribute("role", "status");
    entry.place.append(place);
  }
  place.textContent = text.trim();
}

document.querySelectorAll(".question").forEach(choice);
document.querySelectorAll(".exercise").forEach(exercise);

// What the page says of the learner follows what happens, here or in a terminal.
live.on("standing", ({ states }) => {
  const state = states[document.body.dataset.lesson];
  const chip = document.querySelector("[data-chip]");
  chip.dataset.state = state;
  chip.textContent = { passed: "Passed", due: "Due for review", stale: "Changed since it passed" }[state] ?? "";
});

// A page that was shown before its figures were made is replaced by the whole one; what was typed is a draft by then.
live.on("made", ({ lesson }) => {
  if (document.body.dataset.waiting === "yes" && lesson === document.body.dataset.lesson) location.reload();
});

// The rail says where the reader is: at the last heading above the upper third of the window.
const links = new Map([...document.querySelectorAll(".rail a")].map((a) => [document.getElementById(a.hash.slice(1)), a]));
if (links.size) {
  let asked = false;
  const look = () => {
    asked = false;
    const above = [...links.keys()].filter((heading) => heading && heading.getBoundingClientRect().top < innerHeight / 3);
    for (const [heading, a] of links) heading === above.at(-1) ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
  };
  addEventListener("scroll", () => { if (!asked) { asked = true; requestAnimationFrame(look); } }, { passive: true });
  look();
}
