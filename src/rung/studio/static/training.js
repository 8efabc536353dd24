// The page of a run's training: what takes seconds is fetched when it comes into sight; pictures as PNG.

async function fill(figure) {
  const status = figure.querySelector('[role="status"]');
  try {
    const answer = await fetch(figure.dataset.fetch);
    if (!answer.ok) throw new Error(String(answer.status));
    figure.innerHTML = await answer.text();
    offer(figure);
  } catch {
    status.textContent = "It could not be computed. The studio's terminal says why; loading the page anew tries again.";
  }
  figure.dataset.done = "";
}

// One after the other: the network answers one question at a time.
let turn = Promise.resolve();
const waiting = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    waiting.unobserve(target);
    turn = turn.then(() => fill(target));
  }
}, { rootMargin: "600px" });
for (const figure of document.querySelectorAll("[data-fetch]")) waiting.observe(figure);

/** Draw the picture on a canvas, in the page's present colours, twice as large, and save it. */
async function saveAsPng(svg, name) {
  const { width, height } = svg.viewBox.baseVal;
  const copy = svg.cloneNode(true);
  const look = getComputedStyle(document.documentElement);
  const colours = (text) => text.replace(/var\((--[\w-]+)(?:,([^()]*))?\)/g, (_, key, other) => look.getPropertyValue(key).trim() || other || "");
  for (const part of [copy, ...copy.querySelectorAll("[style]")]) part.setAttribute("style", colours(part.getAttribute("style") ?? ""));
  copy.style.color = look.getPropertyValue("--ink").trim();
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = look.getPropertyValue("--paper").trim() || "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png"), download: name }).click();
}

function offer(place) {
  for (const link of place.querySelectorAll("[data-png]")) {
    link.hidden = false;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      saveAsPng(link.closest("figure").querySelector("svg"), link.dataset.png);
    });
  }
}
offer(document);
