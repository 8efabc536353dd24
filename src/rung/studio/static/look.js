// Looking into a run with an example of one's own: a text, a drawing, a picture file.
import { call } from "./api.js";

const place = document.querySelector("[data-look]");
const status = place?.querySelector('[role="status"]');

async function bring(example) {
  status.textContent = "Looking …";
  const answer = await call("POST", `/api/runs/${place.dataset.look}/look`, example);
  if (!answer.ok) {
    status.textContent = [answer.body.error, answer.body.fix].filter(Boolean).join(". Perhaps: ");
    return;
  }
  const open = place.dataset.open === "-" ? "" : `&open=${encodeURIComponent(place.dataset.open)}`;
  location.href = `?n=${answer.body.n}${open}`;
}

place?.querySelector("[data-text]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  bring({ text: event.target.elements.text.value });
});

place?.querySelector("[data-file]")?.addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => bring({ picture: reader.result }));
  reader.readAsDataURL(file);
});

const canvas = place?.querySelector("[data-draw]");
if (canvas) {
  const pen = canvas.getContext("2d");
  const clear = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  clear();
  Object.assign(pen, { lineWidth: 18, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  place.querySelector("[data-clear]").addEventListener("click", clear);
  place.querySelector("[data-drawn]").addEventListener("click", () => bring({ picture: canvas.toDataURL("image/png") }));
}

const marking = document.querySelector("[data-mark]");
async function keep(method, body) {
  const answer = await call(method, `/api/runs/${marking.dataset.mark}/marks/${marking.dataset.number}`, body);
  if (answer.ok) location.reload();
  else marking.querySelector('[role="status"]').textContent = answer.body.error ?? "It was not kept.";
}
marking?.addEventListener("submit", (event) => {
  event.preventDefault();
  keep("PUT", { note: event.target.elements.note.value });
});
marking?.querySelector("[data-unmark]")?.addEventListener("click", () => keep("DELETE"));

// What a view shows is fetched when it comes near the window, one after another: moving on must not wait for it.
// Pictures come first, checks after them.
const waiting = [], checks = [];
let busy = false;
async function next() {
  if (busy) return;
  busy = true;
  while (waiting.length || checks.length) await (waiting.shift() ?? checks.shift())();
  busy = false;
}
function later(work, queue = waiting) {
  queue.push(work);
  next();
}

async function fill(box, address) {
  const answer = await fetch(address);
  box.innerHTML = answer.ok ? await answer.text() : "";
  if (!answer.ok) box.textContent = "It could not be drawn.";
}

// A method's sanity check goes on one example at a time, so that it can be seen, and left.
async function check(figure) {
  const status = figure.querySelector(".check");
  const run = document.querySelector("[data-run]").dataset.run;
  const address = `/api/runs/${run}/look/check/${figure.dataset.method}${location.search || "?n=0"}`;
  for (;;) {
    const { ok, body } = await call("POST", address, {});
    if (!ok) { status.textContent = body.error ?? "It could not be checked."; return; }
    if (body.verdict) {
      status.textContent = body.verdict;
      status.dataset.similarity = body.similarity;
      return;
    }
    status.textContent = `Sanity check: ${body.done} of ${body.of} examples …`;
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    if (target.dataset.words) later(() => fill(target, target.dataset.words));
    else later(() => check(target), checks);
  }
}, { rootMargin: "300px" });
for (const box of document.querySelectorAll("[data-words], [data-method]:not([data-slow])")) near.observe(box);

// What takes long is drawn when it is asked for; a map together with the one beside it.
function draw(box) {
  box.textContent = "Drawing …";
  const address = box.dataset.later;
  if (address.split("?")[0].endsWith(".html")) {
    later(async () => { await fill(box, address); box.className = "words"; });
    return;
  }
  later(() => new Promise((done) => {
    const picture = new Image();
    picture.alt = box.dataset.title;
    picture.addEventListener("load", () => { box.replaceWith(picture); done(); });
    picture.addEventListener("error", () => { box.textContent = "It could not be drawn."; done(); });
    picture.src = address;
  }));
}
for (const box of document.querySelectorAll("[data-later]")) {
  box.querySelector("button").addEventListener("click", () => {
    for (const one of box.closest(".pair")?.querySelectorAll("[data-later]") ?? [box]) draw(one);
  });
}
for (const figure of document.querySelectorAll("[data-method][data-slow]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `Check its sanity: about ${figure.dataset.slow} s`;
  button.addEventListener("click", () => { later(() => check(figure), checks); });
  figure.querySelector(".check").append(button);
}
