// The screen of pictures: a sheet to draw on, a file to open, examples to try.

"use strict";

let turn = 0; // whoever asks again ends the explanation of the question before

/** Return the probabilities of bytes, one channel after another. */
function answer(pixels) {
  const out = Onnx.run(model, { x: Picture.input(pixels, settings) });
  return Array.from(out.probabilities.data);
}

/** Put bytes on a canvas: ink dark on white, colours as they are. */
function paint(canvas, pixels) {
  const [height, width] = settings.size;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const size = width * height;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const v = pixels[settings.channels === 3 ? c * size + i : i];
      image.data[4 * i + c] = settings.ink ? 255 - v : v;
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Show what the network answers to bytes; say it aloud unless a stroke is still going on. */
function show(pixels, aloud = true, note = "") {
  const start = performance.now();
  const found = answer(pixels);
  tell(found, start, aloud, note);
  paint($("seen"), pixels);
  $("why").hidden = true;
  turn++;
  if (aloud) explain(pixels, best(found));
}

// -- why -----------------------------------------------------------------------------------------------------

/** Show which places speak for an answer. */
async function explain(pixels, target) {
  const mine = turn;
  const map = await Why.map(model, Picture.input(pixels, settings), target, settings, () => mine === turn);
  if (mine !== turn) return;
  paint($("map"), pixels);
  Why.overlay($("map"), map.values, settings);
  $("why-title").textContent = `Why ${RUN.classes[target]}?`;
  $("why-told").textContent = `${map.read} Method: ${map.method}.`;
  $("why").hidden = false;
}

function nothing(why) {
  silence(why);
  $("seen").getContext("2d").clearRect(0, 0, $("seen").width, $("seen").height);
  $("why").hidden = true;
  turn++;
}

function attempt(image, aloud) {
  try {
    show(Picture.fitted(image, settings), aloud);
  } catch (error) {
    nothing(error.message);
  }
}

// -- drawing -------------------------------------------------------------------------------------------------

function drawing() {
  const sheet = $("sheet");
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  const marker = $("pen");
  const at = { x: sheet.width / 2, y: sheet.height / 2, down: false };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, sheet.width, sheet.height);
  };
  const read = (aloud) => attempt(pen.getImageData(0, 0, sheet.width, sheet.height), aloud);
  const stroke = (x, y) => {
    pen.strokeStyle = "#111";
    pen.lineWidth = 22;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(at.x, at.y);
    pen.lineTo(x, y);
    pen.stroke();
  };
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const scale = sheet.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  let waiting = false;
  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    marker.hidden = true;
    [at.x, at.y] = place(event);
    at.down = true;
    stroke(at.x, at.y);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!at.down) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = place(step);
      stroke(x, y);
      [at.x, at.y] = [x, y];
    }
    if (!waiting) requestAnimationFrame(() => ((waiting = false), read(false)));
    waiting = true;
  });
  const lift = () => {
    if (at.down) read(true);
    at.down = false;
  };
  sheet.addEventListener("pointerup", lift);
  sheet.addEventListener("pointercancel", lift);

  const mark = () => {
    marker.style.left = `${(100 * at.x) / sheet.width}%`;
    marker.style.top = `${(100 * at.y) / sheet.height}%`;
    marker.toggleAttribute("data-down", at.down);
    marker.hidden = false;
  };
  const erase = () => {
    clear();
    nothing("Nothing drawn yet.");
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  sheet.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      const x = Math.min(Math.max(at.x + 10 * move[0], 0), sheet.width);
      const y = Math.min(Math.max(at.y + 10 * move[1], 0), sheet.height);
      if (at.down) stroke(x, y);
      [at.x, at.y] = [x, y];
      if (at.down) read(false);
    } else if (event.key === " ") {
      at.down = !at.down;
      if (at.down) stroke(at.x, at.y);
      read(true);
    } else if (event.key === "Delete" || event.key === "Backspace") erase();
    else return;
    event.preventDefault();
    mark();
  });
  sheet.addEventListener("focus", () => sheet.matches(":focus-visible") && mark());
  sheet.addEventListener("blur", () => ((marker.hidden = true), (at.down = false)));
  $("clear").addEventListener("click", erase);
  clear();
}

async function opened(event) {
  const file = event.target.files[0];
  if (!file) return;
  try {
    const bitmap = await createImageBitmap(file);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    attempt(context.getImageData(0, 0, bitmap.width, bitmap.height), true);
  } catch {
    nothing(`${file.name} is no picture that this browser can open.`);
  }
  event.target.value = "";
}

// -- examples and failures -----------------------------------------------------------------------------------

function shot(pixels) {
  const canvas = document.createElement("canvas");
  canvas.className = "shot";
  paint(canvas, pixels);
  return canvas;
}

function pictures() {
  for (const example of RUN.examples) {
    const pixels = decoded(example.pixels);
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `a test example: ${RUN.classes[example.truth]}`);
    button.append(shot(pixels));
    button.addEventListener("click", () => show(pixels, true, ` It is ${RUN.classes[example.truth]}.`));
    $("samples").append(button);
  }
  gallery(
    (failure) => shot(decoded(failure.pixels)),
    (failure) => answer(decoded(failure.pixels)),
    (failure, note) => show(decoded(failure.pixels), true, note),
  );
}

bars();
if ($("sheet")) drawing();
$("file").addEventListener("change", opened);
pictures();
document.body.dataset.ready = "yes";
