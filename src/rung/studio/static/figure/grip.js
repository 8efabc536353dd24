// A thing on a plot that can be dragged by mouse, touch and arrow keys: handles, and points of a cloud.
import { clamp, format, s, set } from "./dom.js";

const HIT = 22; // pixels: a target of 44 across, for fingers

/**
 * Make a grip. `ask()` gives the plot's scales now; `moved([x, y])` is told every new place.
 * The element stays the same from scene to scene, so focus and a drag under way survive a redraw.
 */
export class Grip {
  constructor({ label, symbol, ask, moved, step }) {
    this.ask = ask;
    this.moved = moved;
    this.label = label;
    this.dragging = false;
    this.element = s("g", { class: "rf-grip", tabindex: "0", role: "slider", "aria-roledescription": "draggable point" },
      s("circle", { class: "rf-hit", r: HIT }), s("circle", { class: "rf-ring", r: 13 }), symbol);
    const on = (name, f) => this.element.addEventListener(name, f);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.drag(event));
    on("pointerup", () => this.release());
    on("pointercancel", () => this.release());
    on("lostpointercapture", () => this.release());
    on("keydown", (event) => this.key(event, step));
  }

  /** Show the grip at a place of the plane, unless it is in somebody's hand. */
  place(xy, label = this.label) {
    this.label = label;
    if (!this.dragging) this.show(xy);
  }

  show(xy) {
    this.xy = xy;
    const { x, y } = this.ask();
    set(this.element, {
      transform: `translate(${x(xy[0]).toFixed(2)},${y(xy[1]).toFixed(2)})`,
      "aria-label": this.label, "aria-valuemin": x.domain[0], "aria-valuemax": x.domain[1], "aria-valuenow": Number(xy[0].toPrecision(6)),
      "aria-valuetext": `${format(xy[0], 3)}, ${format(xy[1], 3)}`,
    });
  }

  move(xy) {
    const { x, y } = this.ask();
    const inside = [clamp(xy[0], ...x.domain), clamp(xy[1], ...y.domain)];
    this.show(inside);
    this.moved(inside);
  }

  press(event) {
    if (event.button) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    const { x, y } = this.ask();
    this.dragging = true;
    this.offset = [x(this.xy[0]) - event.clientX, y(this.xy[1]) - event.clientY];
    this.element.classList.add("rf-held");
  }

  drag(event) {
    if (!this.dragging) return;
    const { x, y } = this.ask();
    this.move([x.back(event.clientX + this.offset[0]), y.back(event.clientY + this.offset[1])]);
  }

  release() {
    this.dragging = false;
    this.element.classList.remove("rf-held");
  }

  key(event, step) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return step?.(event);
    event.preventDefault();
    const { x, y } = this.ask(), pixels = event.shiftKey ? 40 : 8;
    this.move([x.back(x(this.xy[0]) + way[0] * pixels), y.back(y(this.xy[1]) - way[1] * pixels)]);
  }
}
