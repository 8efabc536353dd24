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
