// The map: what a topic stands on shows when it is pointed at or focused; a lesson that passes lights up where it stands.
import * as live from "./live.js";

const map = document.getElementById("map");
const stops = new Map([...map.querySelectorAll(".stop")].map((stop) => [stop.dataset.slug, stop]));
const lines = [...map.querySelectorAll("path[data-from]")];
const words = new Map([...document.querySelectorAll(".legend li")].map((row, i) => [
  document.querySelectorAll("template[data-sign]")[i].dataset.sign, row.textContent.trim(),
]));

/** What a topic stands on and opens (near), and all it stands on further back (far), with the lines between. */
function related(slug) {
  const near = new Set(), far = new Set(), lit = new Set(), dim = new Set();
  const back = (name, places, paths) => {
    for (const line of lines) {
      if (line.dataset.to !== name || lit.has(line) || dim.has(line)) continue;
      paths.add(line);
      places.add(line.dataset.from);
      back(line.dataset.from, far, dim);
    }
  };
  back(slug, near, lit);
  for (const line of lines) if (line.dataset.from === slug) { lit.add(line); near.add(line.dataset.to); }
  return { near, far, lit, dim };
}

const nothing = { near: new Set(), far: new Set(), lit: new Set(), dim: new Set() };

function look(slug) {
  map.classList.toggle("looking", Boolean(slug));
  const { near, far, lit, dim } = slug ? related(slug) : nothing;
  for (const [name, stop] of stops) {
    stop.classList.toggle("near", near.has(name));
    stop.classList.toggle("back", far.has(name));
    stop.classList.toggle("self", name === slug);
  }
  for (const line of lines) {
    line.classList.toggle("lit", lit.has(line));
    line.classList.toggle("dim", dim.has(line));
  }
}

const at = (event) => event.target.closest(".stop")?.dataset.slug ?? null;
map.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") look(at(event)); });
map.addEventListener("pointerleave", () => look(null));
map.addEventListener("focusin", (event) => look(at(event)));
map.addEventListener("focusout", () => look(null));

function light(slug, state) {
  const stop = stops.get(slug);
  if (!stop || stop.dataset.state === state) return;
  stop.dataset.state = state;
  stop.classList.toggle("next", state === "next");
  const sign = document.querySelector(`template[data-sign="${state}"]`).content.firstElementChild.cloneNode(true);
  stop.querySelector(".sign").replaceWith(sign);
  const told = stop.querySelector(".visually-hidden");
  told.textContent = told.textContent.replace(/^(, (?:project, )?)[^,]*/, `$1${words.get(state)}`);
  if (state === "passed") {
    stop.classList.add("fresh");
    setTimeout(() => stop.classList.remove("fresh"), 1200);
  }
}

live.on("standing", ({ states, next }) => {
  for (const [slug, state] of Object.entries(states)) light(slug, next?.slug === slug ? "next" : state);
});
