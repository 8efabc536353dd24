// The runs pages: start, stop, go on; a running page keeps itself fresh; a pointer on a curve reads it out.
import { call } from "./api.js";

const PAUSE = 1000; // ms between two looks at a running training

function say(near, text) {
  const place = near.closest("form, .acts")?.querySelector(".said");
  if (place) place.textContent = text;
}

async function act(button, doing, address, body) {
  const buttons = button.closest("form, .acts").querySelectorAll("button");
  buttons.forEach((b) => { b.disabled = true; });
  say(button, doing);
  const answer = await call("POST", address, body);
  if (answer.ok) return answer.body;
  buttons.forEach((b) => { b.disabled = false; });
  say(button, [answer.body.error, answer.body.fix].filter(Boolean).join(" Perhaps: "));
  return null;
}

document.querySelectorAll("form[data-start]").forEach((form) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wish = { project: form.dataset.start, dry_run: event.submitter?.name === "dry", mine: form.elements.mine.checked };
    const made = await act(event.submitter ?? form.elements.full, "Starting …", "/api/runs", wish);
    if (made) location.href = `/runs/${made.name}`;
  });
});

document.querySelectorAll("[data-act]").forEach((button) => {
  button.addEventListener("click", async () => {
    const { act: what } = button.dataset;
    const done = await act(button, what === "stop" ? "Stopping …" : "Going on …", `/api/runs/${button.closest("[data-acts]").dataset.acts}/${what}`);
    if (done && what === "resume") location.reload();
  });
});

// A run that goes on: its moving part is drawn by the studio and put in place here.
const live = document.getElementById("live");
async function look() {
  if (document.hidden) return setTimeout(look, PAUSE);
  const { ok, body } = await call("GET", `/api/runs/${live.dataset.run}?live`);
  if (ok && body.state !== live.dataset.state) return location.reload();
  if (ok) { live.innerHTML = body.html; pointers(live); }
  setTimeout(look, PAUSE);
}
if (live?.dataset.state === "running") setTimeout(look, PAUSE);

const list = document.querySelector("[data-list=running]");
async function watch() {
  const { ok, body } = document.hidden ? {} : await call("GET", "/api/runs");
  if (ok) {
    for (const run of body.runs) {
      const state = list.querySelector(`[data-run="${CSS.escape(run.name)}"] .state`);
      if (!state || state.dataset.state !== run.state) return location.reload();
      if (run.state === "running") state.textContent = `running ${Math.round(100 * run.now.share)} %`;
    }
  }
  setTimeout(watch, 2 * PAUSE);
}
if (list) setTimeout(watch, 2 * PAUSE);

function pointers(root) {
  root.querySelectorAll(".plot").forEach((plot) => {
    const points = JSON.parse(plot.dataset.points);
    const area = plot.querySelector(".area"), hair = plot.querySelector(".hair"), out = plot.querySelector("output");
    if (!points.length) return;
    area.addEventListener("pointermove", (event) => {
      const box = area.getBoundingClientRect(), at = (100 * (event.clientX - box.left)) / box.width;
      const [x, text] = points.reduce((best, p) => (Math.abs(p[0] - at) < Math.abs(best[0] - at) ? p : best));
      hair.hidden = false;
      hair.style.left = `${x}%`;
      out.textContent = text;
    });
    area.addEventListener("pointerleave", () => { hair.hidden = true; out.textContent = ""; });
  });
}
pointers(document);

document.querySelectorAll("[data-open^='/api/']").forEach((button) => {
  button.addEventListener("click", async () => {
    const window_ = window.open("", "_blank"); // now, while it is the person's own doing
    const made = await act(button, "Starting; Gradio takes some seconds …", button.dataset.open);
    if (!made) { window_?.close(); return; }
    button.disabled = false;
    say(button, "");
    if (window_) window_.location = made.address;
    else location.href = made.address;
  });
});
