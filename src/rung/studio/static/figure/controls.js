// What a person moves. Each control has an element, `update(value)`, and writes through `send`.
import { clamp, format, h, set, unique } from "./dom.js";

const STEPS = 200;

/** A number between two ends; its readout follows the thumb at once, before Python has answered. */
class Slider {
  constructor(control, send) {
    const { low, high, step, log } = control;
    this.whole = step !== null && Number.isInteger(step) && Number.isInteger(low);
    this.from = log ? (t) => low * (high / low) ** (t / STEPS) : (t) => t;
    this.into = log ? (value) => (Math.log(value / low) / Math.log(high / low)) * STEPS : (value) => value;
    this.decimals = step === null ? null : String(step).includes("e") ? null : (String(step).split(".")[1] ?? "").length;
    const id = unique("slider"), range = log ? { min: 0, max: STEPS, step: 1 } : { min: low, max: high, step: step ?? (high - low) / STEPS };
    this.input = h("input", { type: "range", id, ...range });
    this.readout = h("output", { for: id, class: "rf-readout" });
    const widest = Math.max(...[low, high, low + (step ?? (high - low) / STEPS), low + 0.37 * (high - low)].map((value) => this.words(value).length));
    this.readout.style.minWidth = `${Math.min(widest, 8)}ch`;
    this.element = h("div", { class: "rf-control rf-slider" }, h("label", { for: id }, control.label), this.input, this.readout);
    this.input.addEventListener("input", () => {
      const value = this.round(this.from(Number(this.input.value)));
      this.show(value);
      send.set(control.key, value);
    });
    this.input.addEventListener("pointerdown", () => { this.held = true; });
    for (const name of ["pointerup", "pointercancel", "change"]) this.input.addEventListener(name, () => { this.held = false; });
  }

  round(value) {
    return this.whole ? Math.round(value) : Number(value.toPrecision(6));
  }

  /** The value with as many decimals as its step has, so that it does not dance while it moves. */
  words(value) {
    return this.decimals === null ? format(this.round(value), 3) : value.toFixed(this.decimals).replace("-", "−");
  }

  show(value) {
    this.readout.textContent = this.words(value);
    set(this.input, { "aria-valuetext": this.words(value) });
    const t = (Number(this.input.value) - this.input.min) / (this.input.max - this.input.min);
    this.input.style.setProperty("--at", `${(clamp(t, 0, 1) * 100).toFixed(2)}%`);
  }

  update(value) {
    if (this.held) return;
    this.input.value = this.into(value);
    this.show(value);
  }
}

/** One of a few, as a row of buttons that wraps. */
class Choice {
  constructor(control, send) {
    const name = unique("choice");
    this.inputs = new Map();
    const options = control.options.map(([value, words]) => {
      const input = h("input", { type: "radio", name, value, onchange: () => send.set(control.key, value) });
      this.inputs.set(value, input);
      return h("label", {}, input, h("span", {}, words));
    });
    this.element = h("fieldset", { class: "rf-control rf-choice" }, h("legend", {}, control.label), h("div", {}, ...options));
  }

  update(value) {
    const input = this.inputs.get(value);
    if (input) input.checked = true;
  }
}

class Toggle {
  constructor(control, send) {
    this.input = h("input", { type: "checkbox", role: "switch", onchange: () => send.set(control.key, this.input.checked) });
    this.element = h("label", { class: "rf-control rf-toggle" }, this.input, h("span", { class: "rf-track", "aria-hidden": "true" }), h("span", {}, control.label));
  }

  update(value) {
    this.input.checked = value;
  }
}

class NumberBox {
  constructor(control, send) {
    const id = unique("number");
    this.input = h("input", { type: "text", inputmode: "decimal", id, autocomplete: "off", spellcheck: "false" });
    this.element = h("div", { class: "rf-control rf-number" }, h("label", { for: id }, control.label), this.input);
    this.input.addEventListener("input", () => {
      const value = Number(this.input.value.replace("−", "-").replace(",", "."));
      const fits = this.input.value.trim() !== "" && Number.isFinite(value);
      set(this.input, { "aria-invalid": String(!fits) });
      if (fits) send.set(control.key, value);
    });
    this.input.addEventListener("blur", () => { if (this.value !== undefined) { set(this.input, { "aria-invalid": "false" }); this.input.value = String(this.value); } });
  }

  update(value) {
    this.value = value;
    if (document.activeElement !== this.input) this.input.value = String(value);
  }
}

class Button {
  constructor(control, send) {
    this.element = h("button", { type: "button", class: "rf-control rf-button", onclick: () => send.event(control.event) }, control.label);
    if (control.event === "reset") this.element.classList.add("rf-quiet");
  }

  update() {}
}

/** Fires its event again and again; the next waits for the answer to the last. */
class Play {
  constructor(control, send) {
    this.control = control;
    this.send = send;
    this.running = false;
    this.sign = h("span", { class: "rf-sign", "aria-hidden": "true" });
    this.element = h("button", { type: "button", class: "rf-control rf-button rf-play", "aria-pressed": "false", onclick: () => (this.running ? this.stop() : this.start()) },
      this.sign, h("span", { class: "rf-both" }, h("span", {}, control.label), h("span", {}, "Pause")));
  }

  start() {
    this.running = true;
    this.mark();
    this.fire();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
    this.mark();
  }

  fire() {
    this.fired = performance.now();
    this.send.event(this.control.event, undefined, true);
  }

  /** A scene has come back: go on, or stop because Python says so. */
  answered(scene) {
    if (!this.running) return;
    if (scene.error || scene.done?.[this.control.until]) return this.stop();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.running) this.fire(); }, Math.max(0, this.control.every * 1000 - (performance.now() - this.fired)));
  }

  mark() {
    set(this.element, { "aria-pressed": String(this.running) });
  }

  update() {}
}

/** A pad to draw on with mouse, pen or finger. */
class DrawPad {
  constructor(control, send) {
    const { size } = control;
    this.size = size;
    this.rows = blank(size);
    this.canvas = h("canvas", { width: size, height: size, class: "rf-pad-canvas", role: "img", "aria-label": `${control.label}: draw with the mouse, a pen or a finger`, tabindex: "0" });
    const write = () => send.set(control.key, this.rows.map((row) => row.map((value) => Number(value.toFixed(3)))));
    const clear = h("button", { type: "button", class: "rf-button rf-quiet", onclick: () => { this.rows = blank(size); this.paint(); write(); } }, "Clear");
    this.element = h("div", { class: "rf-control rf-pad" }, h("div", { class: "rf-pad-label" }, control.label), this.canvas, clear);
    this.canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.last = this.at(event);
      this.ink(this.last, this.last);
      write();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.last) return;
      const to = this.at(event);
      this.ink(this.last, to);
      this.last = to;
      write();
    });
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => { this.last = null; });
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.size, ((event.clientY - box.top) / box.height) * this.size];
  }

  /** A soft round brush along a stroke. */
  ink([ax, ay], [bx, by]) {
    const n = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) * 2)), brush = this.size / 28 * 1.15;
    for (let k = 0; k <= n; k++) {
      const x = ax + ((bx - ax) * k) / n, y = ay + ((by - ay) * k) / n;
      for (let r = Math.max(0, Math.floor(y - 3 * brush)); r < Math.min(this.size, y + 3 * brush); r++) {
        for (let c = Math.max(0, Math.floor(x - 3 * brush)); c < Math.min(this.size, x + 3 * brush); c++) {
          const far = Math.hypot(c + 0.5 - x, r + 0.5 - y) / brush;
          this.rows[r][c] = Math.max(this.rows[r][c], clamp(1.55 - far, 0, 1));
        }
      }
    }
    this.paint();
  }

  paint() {
    const context = this.canvas.getContext("2d"), image = context.createImageData(this.size, this.size);
    this.rows.forEach((row, r) => row.forEach((value, c) => {
      const o = (r * this.size + c) * 4;
      image.data[o] = image.data[o + 1] = image.data[o + 2] = value * 255;
      image.data[o + 3] = 255;
    }));
    context.putImageData(image, 0, 0);
  }

  update(value) {
    if (this.last) return;
    this.rows = value.map((row) => [...row]);
    this.paint();
  }
}

const blank = (size) => Array.from({ length: size }, () => Array(size).fill(0));

const KINDS = { slider: Slider, choice: Choice, toggle: Toggle, number: NumberBox, button: Button, play: Play, pad: DrawPad };

/** Make the control that Python described. */
export function makeControl(control, send) {
  return new KINDS[control.kind](control, send);
}
