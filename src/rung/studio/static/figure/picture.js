// Images: crisp pixels, the value of the one under the pointer.
import { paintImage } from "./color.js";
import { format, h, set, unpack } from "./dom.js";

/** One canvas with its tip. */
class Image {
  constructor() {
    this.canvas = h("canvas", { role: "img" });
    this.tip = h("div", { class: "rf-tip", hidden: true, "aria-hidden": "true" });
    this.caption = h("figcaption", {});
    this.frame = h("div", { class: "rf-frame" }, this.canvas, this.tip);
    this.element = h("figure", { class: "rf-image" }, this.frame, this.caption);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
  }

  update(image, title, alt) {
    this.image = image;
    const [height, width] = image.values.shape;
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.canvas.classList.toggle("rf-coarse", width < 400);
    set(this.canvas, { "aria-label": alt || title || `image of ${width} by ${height} pixels` });
    this.caption.textContent = title ?? "";
    this.caption.hidden = !title;
    this.redraw();
  }

  redraw() {
    paintImage(this.canvas, this.image);
  }

  hover(event) {
    const [rows, cols, channels] = this.image.values.shape, values = unpack(this.image.values);
    const box = this.canvas.getBoundingClientRect();
    const c = Math.floor(((event.clientX - box.left) / box.width) * cols), r = Math.floor(((event.clientY - box.top) / box.height) * rows);
    if (c < 0 || r < 0 || c >= cols || r >= rows) return;
    const at = (r * cols + c) * (channels ?? 1), words = channels === 3 ? `rgb ${values[at]} ${values[at + 1]} ${values[at + 2]}` : format(values[at], 3);
    this.tip.textContent = `${r}, ${c}: ${words}`;
    this.tip.hidden = false;
    this.tip.style.transform = `translate(${event.clientX - box.left}px, ${Math.max(event.clientY - box.top - 36, -30)}px) translateX(-50%)`;
  }
}

export class Picture {
  constructor(panel) {
    this.image = new Image();
    this.element = h("div", { class: "rf-panel rf-picture" }, this.image.element);
    this.update(panel);
  }

  update(panel) {
    this.element.style.maxWidth = panel.width ? `${panel.width}px` : "";
    this.image.update(panel.image, panel.title, panel.alt);
  }

  redraw() {
    this.image.redraw();
  }
}

export class Pictures {
  constructor(panel) {
    this.images = [];
    this.title = h("div", { class: "rf-title" });
    this.grid = h("div", { class: "rf-mosaic" });
    this.element = h("div", { class: "rf-panel rf-pictures" }, this.title, this.grid);
    this.update(panel);
  }

  update(panel) {
    this.title.textContent = panel.title ?? "";
    this.title.hidden = !panel.title;
    this.grid.style.gridTemplateColumns = panel.columns ? `repeat(${panel.columns}, minmax(0, 7.5rem))` : "";
    while (this.images.length < panel.images.length) this.images.push(new Image());
    this.images.length = panel.images.length;
    this.grid.replaceChildren(...this.images.map((image) => image.element));
    panel.images.forEach((image, i) => this.images[i].update(image, panel.titles?.[i], panel.alt && `${panel.alt} ${i + 1}`));
  }

  redraw() {
    for (const image of this.images) image.redraw();
  }
}
