// A network of units: signed weights by width, colour and dash; values inside the units, biases below them.
import { clamp, color, format, h, rove, s, set } from "./dom.js";

/** A number short enough for a circle; the pointer shows the whole of it. */
function short(value) {
  const size = Math.abs(value ?? 0);
  if (value === null || (size < 9995 && size >= 0.005)) return format(value, 2);
  return size < 0.005 ? "0" : (value < 0 ? "−" : "") + size.toExponential(0).replace("+", "");
}

export class Network {
  constructor(panel, send) {
    this.send = send;
    this.title = h("div", { class: "rf-title" });
    this.edges = s("g", {});
    this.units = s("g", {});
    this.svg = s("svg", { role: "group" }, this.edges, this.units);
    this.tip = h("div", { class: "rf-tip", hidden: true, "aria-hidden": "true" });
    this.keep = rove(this.svg);
    this.stage = h("div", { class: "rf-stage" }, this.svg, this.tip);
    this.element = h("div", { class: "rf-panel rf-network" }, this.title, this.stage);
    this.update(panel);
  }

  update(panel) {
    this.panel = panel;
    this.title.textContent = panel.title ?? "";
    this.title.hidden = !panel.title;
    this.stage.style.height = `${panel.height}px`;
    set(this.svg, { "aria-label": panel.alt || panel.title || `Network with layers of ${panel.layers.map((layer) => layer.length).join(", ")} units` });
    this.redraw();
  }

  redraw() {
    const width = this.stage.clientWidth, { panel } = this, { height, layers } = panel;
    if (!width) return;
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    const widest = Math.max(...layers.map((layer) => layer.length));
    const r = clamp((height - 20) / widest / 2.9, 7, panel.values ? 19 : 16), side = Math.max(r + 12, 34);
    const apart = Math.min((height - 16) / widest, 84);
    const place = layers.map((layer, i) => layer.map((_, j) => [side + (i * (width - 2 * side)) / (layers.length - 1), height / 2 + (j - (layer.length - 1) / 2) * apart]));
    this.drawEdges(place, r, apart);
    this.drawUnits(place, r, apart);
    this.keep();
  }

  drawEdges(place, r, apart) {
    const { panel } = this, most = Math.max(1e-9, ...(panel.weights ?? []).flat(2).map((w) => Math.abs(w ?? 0))), out = [];
    const few = (panel.weights ?? []).every((layer) => layer.length * layer[0].length <= 9) && apart > 40;
    for (let i = 0; i + 1 < place.length; i++) {
      place[i + 1].forEach((to, j) => place[i].forEach((from, k) => {
        const weight = panel.weights?.[i][j][k] ?? null, size = weight === null ? 0.15 : Math.abs(weight) / most;
        const ends = { x1: from[0] + r, y1: from[1], x2: to[0] - r, y2: to[1] };
        const line = s("line", { ...ends, class: "rf-edge", stroke: weight === null ? "var(--line-strong)" : color(weight < 0 ? "a" : "b"),
          "stroke-width": (0.8 + 4.4 * size).toFixed(2), "stroke-dasharray": weight < 0 ? "7 4" : null, opacity: (0.35 + 0.65 * size).toFixed(2) });
        const words = weight === null ? "" : `weight from ${panel.layers[i][k]} to ${panel.layers[i + 1][j]}: ${format(weight, 3)}`;
        const reach = s("line", { ...ends, class: "rf-reach" });
        const group = s("g", this.pickable(`${i}.${j}.${k}`, words, panel.pick && { layer: i, to: j, from: k }, words && [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]), line, reach);
        if (few && weight !== null) {
          const t = place[i].length > 1 ? 0.3 + 0.4 * ((j + k) % 2) : 0.5;
          group.append(s("text", { class: "rf-label rf-small", x: (from[0] + r + t * (to[0] - from[0] - 2 * r)).toFixed(1), y: (from[1] + t * (to[1] - from[1]) - 5).toFixed(1), "text-anchor": "middle", fill: color(weight < 0 ? "a-ink" : "b-ink") }, format(weight, 3)));
        }
        out.push(group);
      }));
    }
    this.edges.replaceChildren(...out);
  }

  drawUnits(place, r, apart) {
    const { panel } = this, out = [];
    place.forEach((layer, i) => layer.forEach(([x, y], j) => {
      const value = panel.values?.[i]?.[j], bias = i ? panel.biases?.[i - 1]?.[j] : undefined, name = panel.layers[i][j];
      const words = [name, value === undefined ? "" : `value ${format(value, 3)}`, bias === undefined ? "" : `bias ${format(bias, 3)}`].filter(Boolean).join(", ");
      const outside = value !== undefined || name.length * 6.5 > 2 * r - 4;
      const group = s("g", { transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, ...this.pickable(`${i}.${j}`, words, panel.pick && { layer: i, node: j }, [x, y - r]) },
        s("circle", { class: "rf-hit", r: Math.max(r, Math.min(22, apart / 2)) }), s("circle", { class: "rf-unit", r }));
      if (value !== undefined) group.append(s("text", { class: "rf-value", y: 4, "text-anchor": "middle" }, short(value)));
      if (!outside) group.append(s("text", { class: "rf-value rf-unit-name", y: 4, "text-anchor": "middle" }, name));
      else if (name) {
        const edge = i === 0 ? -1 : i === place.length - 1 ? 1 : 0, tight = apart < 2 * r + 16;
        group.append(edge && Math.abs(edge) && name.length * 6.5 + r < 34 ? s("text", { class: "rf-label rf-small", x: edge * (r + 5), y: 4, "text-anchor": edge < 0 ? "end" : "start", fill: "var(--ink-soft)" }, name)
          : s("text", { class: "rf-label rf-small", y: -r - (tight ? 2 : 5), "text-anchor": "middle", fill: "var(--ink-soft)" }, name));
      }
      if (bias !== undefined && apart > 2 * r + 12) group.append(s("text", { class: "rf-label rf-small", y: r + 13, "text-anchor": "middle", fill: color(bias < 0 ? "a-ink" : "b-ink") }, `${bias < 0 ? "" : "+"}${short(bias)}`));
      out.push(group);
    }));
    this.units.replaceChildren(...out);
  }

  /** Attributes of something that shows its number under the pointer and, where a pick is wanted, can be chosen. */
  pickable(name, words, value, at) {
    const show = () => { if (words) this.show(words, at); };
    const choose = value ? () => this.send.event(this.panel.pick, value) : null;
    return {
      "data-name": name, class: choose ? "rf-pick" : null, tabindex: choose ? "-1" : null, role: choose ? "button" : null, "aria-label": choose ? words || name : null,
      onpointerenter: show, onpointerleave: () => { this.tip.hidden = true; },
      ...(choose ? { onclick: choose, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } } } : {}),
    };
  }

  show(words, [x, y]) {
    this.tip.textContent = words;
    this.tip.hidden = false;
    const half = this.tip.offsetWidth / 2 + 2, width = this.stage.clientWidth;
    this.tip.style.transform = `translate(${Math.round(clamp(x, half, width - half))}px, ${Math.round(Math.max(y - 34, 0))}px) translateX(-50%)`;
  }
}
