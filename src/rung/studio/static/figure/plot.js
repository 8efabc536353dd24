// A plot: axes, a field behind, marks, grips in front, and the number under the pointer.
import { paintField } from "./color.js";
import { format, h, s, set, unique, unpack } from "./dom.js";
import { Grip } from "./grip.js";
import { draw, legend, names, symbol } from "./marks.js";
import { scale, ticks } from "./scale.js";

export class Plot {
  /** `send.set(key, value)` tells Python where a grip was moved. */
  constructor(panel, send) {
    this.send = send;
    this.grips = new Map();
    this.title = h("div", { class: "rf-title" });
    this.key = h("div", { class: "rf-legend" });
    this.canvas = h("canvas", { class: "rf-field", "aria-hidden": "true" });
    this.clip = unique("clip");
    this.hole = s("rect", {});
    this.axes = s("g", { class: "rf-axes", "aria-hidden": "true" });
    this.marks = s("g", { class: "rf-marks", "clip-path": `url(#${this.clip})`, "aria-hidden": "true" });
    this.front = s("g", { class: "rf-front", "aria-hidden": "true" });
    this.hands = s("g", { class: "rf-hands" });
    this.dot = s("circle", { class: "rf-dot", r: 4, visibility: "hidden" });
    this.picture = s("g", { role: "img" }, this.axes, this.marks, this.front, this.dot);
    this.svg = s("svg", {}, s("defs", {}, s("clipPath", { id: this.clip }, this.hole)), this.picture, this.hands);
    this.tip = h("div", { class: "rf-tip", hidden: true, "aria-hidden": "true" });
    this.stage = h("div", { class: "rf-stage" }, this.canvas, this.svg, this.tip);
    this.head = h("div", { class: "rf-head" }, this.title, this.key);
    this.element = h("div", { class: "rf-panel rf-plot" }, this.head, this.stage);
    this.stage.addEventListener("pointermove", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => this.leave());
    this.update(panel);
  }

  /** Show another state. */
  update(panel) {
    this.panel = panel;
    this.title.textContent = panel.title ?? "";
    this.title.hidden = !panel.title;
    this.showLegend();
    this.head.hidden = this.title.hidden && this.key.hidden;
    this.stage.style.height = tall(panel);
    set(this.picture, { "aria-label": describe(panel) });
    this.redraw();
  }

  /** Draw again: the width, the theme or the state is new. */
  redraw() {
    const width = this.stage.clientWidth;
    if (!width) return;
    this.lay(width);
    this.drawAxes();
    this.drawField();
    this.marks.replaceChildren(...this.panel.marks.flatMap((mark) => draw[mark.mark]?.(mark, this) ?? []).filter(Boolean));
    this.front.replaceChildren(...names(this.panel.marks, this));
    this.placeGrips();
  }

  /** Decide where the axes stand. */
  lay(width) {
    const { panel } = this, height = this.stage.clientHeight;
    const area = { top: panel.ylabel ? 26 : 10, bottom: height - (panel.xlabel ? 42 : 24), right: width - 14, width, height };
    const rows = Math.max(2, Math.round((area.bottom - area.top) / 52));
    this.ys = ticks(panel.y, rows, panel.ylog);
    area.left = Math.max(26, 12 + 6.7 * Math.max(0, ...this.ys.map((value) => format(value).length)));
    if (panel.equal) this.square(area);
    this.xs = ticks(panel.x, Math.max(2, Math.round((area.right - area.left) / 64)), panel.xlog);
    this.area = area;
    this.x = scale(panel.x, [area.left, area.right], panel.xlog);
    this.y = scale(panel.y, [area.bottom, area.top], panel.ylog);
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    set(this.hole, { x: area.left - 7, y: area.top - 7, width: area.right - area.left + 14, height: area.bottom - area.top + 14 });
  }

  square(area) {
    const { x, y } = this.panel, unit = Math.min((area.right - area.left) / (x[1] - x[0]), (area.bottom - area.top) / (y[1] - y[0]));
    const spareX = area.right - area.left - unit * (x[1] - x[0]), spareY = area.bottom - area.top - unit * (y[1] - y[0]);
    area.left += spareX / 2; area.right -= spareX / 2;
    area.top += spareY / 2; area.bottom -= spareY / 2;
  }

  drawAxes() {
    const { area, panel, x, y } = this, out = [];
    const bars = panel.marks.find((mark) => mark.mark === "bars");
    const line = (x1, y1, x2, y2, kind) => out.push(s("line", { class: kind, x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1) }));
    const write = (px, py, words, anchor) => out.push(s("text", { class: "rf-tick", x: px.toFixed(1), y: py.toFixed(1), "text-anchor": anchor }, words));
    for (const value of this.ys) {
      line(area.left, y(value), area.right, y(value), value === 0 ? "rf-zero" : "rf-grid");
      write(area.left - 8, y(value) + 4, format(value), "end");
    }
    if (bars) {
      const room = x(1) - x(0), widest = Math.max(...bars.labels.map((words) => words.length)) * 6.6 + 8, every = Math.max(1, Math.ceil(widest / room));
      bars.labels.forEach((words, i) => { if (i % every === 0) write(x(i), area.bottom + 17, words, "middle"); });
    } else {
      for (const value of this.xs) {
        line(x(value), area.top, x(value), area.bottom, value === 0 ? "rf-zero" : "rf-grid");
        write(x(value), area.bottom + 17, format(value), "middle");
      }
    }
    line(area.left, area.bottom, area.right, area.bottom, "rf-base");
    if (panel.ylabel) out.push(s("text", { class: "rf-axis", x: panel.equal ? (area.left - 8).toFixed(1) : 2, y: Math.max(area.top - 13, 12).toFixed(1) }, `↑ ${panel.ylabel}`));
    if (panel.xlabel) out.push(s("text", { class: "rf-axis", x: area.right, y: area.bottom + 35, "text-anchor": "end" }, `${panel.xlabel} →`));
    this.axes.replaceChildren(...out);
  }

  drawField() {
    const { area, canvas, panel, x, y } = this, mark = panel.marks.find((m) => m.mark === "field");
    canvas.hidden = !mark;
    if (!mark) return;
    const [wide, tall] = [Math.round(area.right - area.left), Math.round(area.bottom - area.top)];
    const [cx, cy] = [Math.max(1, wide >> 1), Math.max(1, tall >> 1)];
    Object.assign(canvas.style, { left: `${area.left}px`, top: `${area.top}px`, width: `${wide}px`, height: `${tall}px` });
    if (canvas.width !== cx) canvas.width = cx;
    if (canvas.height !== cy) canvas.height = cy;
    const node = this.node(mark);
    paintField(canvas, mark, (px) => node(x.back(area.left + ((px + 0.5) / cx) * wide), 0)[0], (py) => node(0, y.back(area.top + ((py + 0.5) / cy) * tall))[1]);
  }

  /** From a place on the plane to (column, row) among the field's nodes, as fractions. */
  node(mark) {
    const [rows, cols] = mark.values.shape, [x0, x1] = mark.x ?? this.panel.x, [y0, y1] = mark.y ?? this.panel.y;
    const at = (value, low, high, n) => { const t = ((value - low) / (high - low)) * (n - 1); return n === 1 ? 0 : t; };
    return (px, py) => [at(px, x0, x1, cols), at(py, y0, y1, rows)];
  }

  placeGrips() {
    const seen = new Set(), order = [];
    const take = (name, label, xy, make) => {
      seen.add(name);
      if (!this.grips.has(name)) this.grips.set(name, make());
      const grip = this.grips.get(name);
      grip.place(xy, label);
      order.push(grip);
      return grip;
    };
    const handles = this.panel.marks.filter((mark) => mark.mark === "handle");
    this.hands.classList.toggle("rf-many", handles.length > 2);
    for (const mark of this.panel.marks) {
      if (mark.mark === "handle") this.handle(mark, take);
      if (mark.mark === "points" && mark.drag) this.cloud(mark, take);
    }
    for (const [name, grip] of this.grips) if (!seen.has(name)) { grip.element.remove(); this.grips.delete(name); }
    for (const grip of order) if (grip.element.parentNode !== this.hands) this.hands.append(grip.element);
  }

  handle(mark, take) {
    const grip = take(mark.key, mark.label, mark.xy, () => new Grip({
      label: mark.label, ask: () => this, moved: (xy) => { this.caption(this.grips.get(mark.key)); this.send.set(mark.key, xy); },
      symbol: s("g", {}, s("circle", { class: "rf-handle", r: 8 }), s("text", { class: "rf-label rf-name", y: -15, "text-anchor": "middle", "aria-hidden": "true" })),
    }));
    this.caption(grip);
  }

  /** Write a handle's name where it stays on the plot. */
  caption(grip) {
    const words = grip.element.querySelector(".rf-name"), half = grip.label.length * 3.3 + 4;
    const px = this.x(grip.xy[0]), py = this.y(grip.xy[1]);
    if (words.textContent !== grip.label) words.textContent = grip.label;
    set(words, { x: Math.max(half - px, 0) + Math.min(this.area.width - half - px, 0), y: py < 30 ? 26 : -15 });
  }

  cloud(mark, take) {
    mark.xy.forEach((xy, i) => {
      const g = mark.group?.[i] ?? 0, label = mark.labels?.[i] ?? `point ${i + 1}`;
      const grip = take(`${mark.drag}.${i}`, label, xy, () => new Grip({
        label, ask: () => this, moved: (to) => this.send.set(mark.drag, { [i]: to }), step: (event) => this.walk(event, mark.drag, i),
        symbol: symbol(g, mark.size),
      }));
      grip.element.lastChild.replaceWith(symbol(g, mark.size, { class: "rf-point rf-loose", opacity: mark.fade?.[i] ? (1 - 0.85 * mark.fade[i]).toFixed(3) : null }));
      if (i && !grip.element.contains(document.activeElement)) grip.element.setAttribute("tabindex", "-1");
      grip.element.setAttribute("aria-description", "Arrow keys move it; Page Down goes to the next point");
    });
  }

  /** Page Down and Page Up go from point to point of a cloud: it is one stop of the Tab key, not a hundred. */
  walk(event, key, i) {
    const to = { PageDown: i + 1, PageUp: i - 1 }[event.key], next = this.grips.get(`${key}.${to}`);
    if (!next) return;
    event.preventDefault();
    next.element.focus();
  }

  showLegend() {
    const rows = legend(this.panel.marks);
    this.key.hidden = !rows.length;
    const same = JSON.stringify(rows);
    if (this.legendOf === same) return;
    this.legendOf = same;
    this.key.replaceChildren(...rows.map(({ name, g, bar }) => h("span", {},
      s("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, bar ? s("rect", { x: -5, y: -5, width: 10, height: 10, rx: 2, fill: `var(--${"abcd"[g % 4]})` }) : symbol(g, 5)), name)));
  }

  hover(event) {
    if (event.buttons || event.pointerType === "touch") return this.leave();
    const box = this.stage.getBoundingClientRect(), at = [event.clientX - box.left, event.clientY - box.top];
    const { area } = this;
    if (!area || at[0] < area.left - 8 || at[0] > area.right + 8 || at[1] < area.top - 8 || at[1] > area.bottom + 8) return this.leave();
    const found = this.nearestPoint(at) ?? this.nearestBar(at) ?? this.nearestCurve(at) ?? this.fieldAt(at);
    if (!found) return this.leave();
    this.tip.textContent = found.words;
    this.tip.hidden = false;
    const half = this.tip.offsetWidth / 2 + 2, above = found.at[1] > 44;
    this.tip.style.transform = `translate(${Math.round(Math.min(Math.max(found.at[0], half), area.width - half))}px, ${Math.round(found.at[1] + (above ? -34 : 16))}px) translateX(-50%)`;
    set(this.dot, { visibility: found.dot ? "visible" : "hidden", cx: found.at[0], cy: found.at[1] });
  }

  leave() {
    this.tip.hidden = true;
    set(this.dot, { visibility: "hidden" });
  }

  nearestPoint([px, py]) {
    let best = null, closest = 14;
    for (const mark of this.panel.marks) {
      if (mark.mark !== "points") continue;
      mark.xy.forEach(([vx, vy], i) => {
        if (vx === null || vy === null) return;
        const far = Math.hypot(this.x(vx) - px, this.y(vy) - py);
        if (far >= closest) return;
        closest = far;
        const name = mark.labels?.[i] ?? (Array.isArray(mark.label) ? mark.label[mark.group?.[i] ?? 0] : mark.label);
        best = { at: [this.x(vx), this.y(vy)], words: `${name ? `${name}: ` : ""}${format(vx, 3)}, ${format(vy, 3)}` };
      });
    }
    return best;
  }

  nearestCurve([px, py]) {
    let best = null, closest = 22;
    for (const mark of this.panel.marks) {
      if (mark.mark !== "curve") continue;
      for (let i = 0; i < mark.x.length; i++) {
        for (const [vx, vy] of between(mark, i, this, px)) {
          const at = [this.x(vx), this.y(vy)], far = Math.hypot((at[0] - px) * 1.5, at[1] - py);
          if (!(far < closest)) continue;
          closest = far;
          best = { at, dot: true, words: `${mark.label ? `${mark.label}: ` : ""}${format(vx, 3)}, ${format(vy, 4)}` };
        }
      }
    }
    return best;
  }

  nearestBar([px]) {
    const mark = this.panel.marks.find((m) => m.mark === "bars");
    if (!mark) return null;
    const i = Math.round(this.x.back(px));
    if (!(i in mark.labels)) return null;
    const words = mark.heights.map((row, g) => `${mark.names ? `${mark.names[g]} ` : ""}${format(row[i])}`).join(", ");
    return { at: [this.x(i), this.y(Math.max(...mark.heights.map((row) => row[i] ?? 0)))], words: `${mark.labels[i]}: ${words}` };
  }

  fieldAt([px, py]) {
    const mark = this.panel.marks.find((m) => m.mark === "field");
    if (!mark) return null;
    const [rows, cols] = mark.values.shape, [vx, vy] = [this.x.back(px), this.y.back(py)];
    const [c, r] = this.node(mark)(vx, vy).map(Math.round);
    if (!(c >= 0 && c < cols && r >= 0 && r < rows)) return null;
    return { at: [px, py], words: `${format(vx, 3)}, ${format(vy, 3)}: ${format(unpack(mark.values)[r * cols + c], 3)}` };
  }
}

/** The places of a curve worth comparing near pixel `px`: a node, or where the segment passes the pointer. */
function between(mark, i, { x, y }, px) {
  const [ax, ay, bx, by] = [mark.x[i], mark.y[i], mark.x[i + 1], mark.y[i + 1]];
  if (ax === null || ay === null) return [];
  const out = [[ax, ay]], crosses = bx !== undefined && bx !== null && by !== null && (x(ax) - px) * (x(bx) - px) < 0;
  if (crosses) { const t = (px - x(ax)) / (x(bx) - x(ax)); out.push([ax + t * (bx - ax), ay + t * (by - ay)]); }
  return out;
}

/** Height of the stage; with equal units no taller than the width makes it. Python's still.py says the same. */
function tall(panel) {
  if (!panel.equal) return `${panel.height}px`;
  const ratio = (panel.y[1] - panel.y[0]) / (panel.x[1] - panel.x[0]);
  return `min(${panel.height}px, calc((100cqi - 54px) * ${ratio.toFixed(4)} + ${(panel.ylabel ? 26 : 10) + (panel.xlabel ? 42 : 24)}px))`;
}

function describe(panel) {
  const kinds = panel.marks.map((mark) => mark.label && typeof mark.label === "string" ? mark.label : null).filter(Boolean);
  return panel.alt || [panel.title || "Plot", panel.xlabel && panel.ylabel ? `of ${panel.ylabel} against ${panel.xlabel}` : "", kinds.length ? `with ${kinds.join(", ")}` : ""].filter(Boolean).join(" ");
}
