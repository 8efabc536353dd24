// Take a figure away: as PNG, as SVG, or its data as JSON.

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "paint-order", "visibility", "display"];

/** One SVG of all that is drawn in the panels, where it stands on the page. Words outside drawings are left out. */
export function toSVG(root) {
  const box = root.getBoundingClientRect(), parts = [], ground = getComputedStyle(root).getPropertyValue("--surface");
  for (const element of root.querySelectorAll("canvas, svg")) {
    if (element.closest(".rf-legend, .rf-menu") || element.hidden || (element.tagName === "svg" && element.parentElement.closest("svg"))) continue;
    const at = element.getBoundingClientRect(), place = `x="${(at.left - box.left).toFixed(1)}" y="${(at.top - box.top).toFixed(1)}" width="${at.width.toFixed(1)}" height="${at.height.toFixed(1)}"`;
    if (element.tagName === "CANVAS") parts.push(`<image ${place} preserveAspectRatio="none" href="${element.toDataURL()}" style="image-rendering:${element.classList.contains("rf-coarse") ? "pixelated" : "auto"}"/>`);
    else parts.push(`<svg ${place} viewBox="${element.getAttribute("viewBox")}">${inlined(element)}</svg>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(box.width)}" height="${Math.ceil(box.height)}"><rect width="100%" height="100%" fill="${ground}"/>${parts.join("")}</svg>`;
}

/** An element's children with what the style sheet says written into them. */
function inlined(svg) {
  const copy = svg.cloneNode(true), from = svg.querySelectorAll("*"), to = copy.querySelectorAll("*");
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    to[i].setAttribute("style", STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";").replaceAll('"', "'"));
    for (const name of ["class", "tabindex", "role"]) to[i].removeAttribute(name);
  });
  copy.querySelectorAll(".rf-hit, .rf-ring").forEach((element) => element.remove());
  return new XMLSerializer().serializeToString(copy).replace(/^<svg[^>]*>/, "").replace(/<\/svg>$/, "");
}

/** The same as a PNG, two pixels a pixel. */
export async function toPNG(root) {
  const text = toSVG(root), image = new Image(), { width, height } = root.getBoundingClientRect();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(width) * 2, Math.ceil(height) * 2];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Offer a file for download. */
export function save(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
