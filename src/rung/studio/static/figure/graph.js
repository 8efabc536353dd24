// A computation graph, left to right: each node a card with its name, its value and, below a line, its gradient.
import { clamp, format, h, rove, s, set, unique } from "./dom.js";

const TALL = 62;

export class Graph {
  constructor(panel, send) {
    this.send = send;
    this.tip = unique("tip");
    this.title = h("div", { class: "rf-title" });
    this.edges = s("g", { "aria-hidden": "true" });
    this.cards = s("g", {});
    this.svg = s("svg", { role: "group" },
      s("defs", {}, s("marker", { id: this.tip, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, s("path", { d: "M0,0.8L8,4L0,7.2Z", class: "rf-tipmark" }))),
      this.edges, this.cards);
    this.keep = rove(this.svg);
    this.stage = h("div", { class: "rf-stage rf-scroll", tabindex: "-1" }, this.svg);
    this.element = h("div", { class: "rf-panel rf-graph" }, this.title, this.stage);
    this.update(panel);
  }

  update(panel) {
    this.panel = panel;
    this.title.textContent = panel.title ?? "";
    this.title.hidden = !panel.title;
    this.stage.style.height = `${panel.height}px`;
    set(this.svg, { "aria-label": panel.alt || panel.title || `Computation graph of ${panel.nodes.length} nodes` });
    this.redraw();
  }

  redraw() {
    const { panel } = this, outer = this.stage.clientWidth;
    if (!outer) return;
    const columns = columnsOf(panel), room = this.widths(columns), need = room.reduce((sum, w) => sum + w, 0) + (columns.length - 1) * 18 + 8;
    const width = Math.max(outer, need), gap = columns.length > 1 ? Math.min(110, (width - 8 - room.reduce((sum, w) => sum + w, 0)) / (columns.length - 1)) : 0;
    const used = room.reduce((sum, w) => sum + w, 0) + gap * (columns.length - 1), height = panel.height - (width > outer ? 12 : 0);
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    const place = this.place(columns, room, gap, (width - used) / 2, height);
    this.drawEdges(place);
    this.drawCards(place);
  }

  /** Width of each column: that of its widest card. */
  widths(columns) {
    return columns.map((nodes) => Math.max(...nodes.map((node) => clamp(Math.max(node.label.length * 7.4 + (node.op ? node.op.length * 6 + 10 : 0), lineOf(node.value, "").length * 7, lineOf(node.grad, "grad ").length * 6.6) + 16, 52, 168))));
  }

  /** Where each node stands: in its column, near the middle of what feeds it. */
  place(columns, room, gap, left, height) {
    const at = new Map();
    let x = left;
    columns.forEach((nodes, c) => {
      const wish = new Map(nodes.map((node, i) => {
        const from = this.panel.edges.filter(([, to]) => to === node.id).map(([id]) => at.get(id)?.y).filter((y) => y !== undefined);
        return [node, from.length ? from.reduce((sum, y) => sum + y, 0) / from.length : (i + 0.5) / nodes.length * height];
      }));
      const order = c ? [...nodes].sort((p, q) => wish.get(p) - wish.get(q)) : nodes;
      const apart = Math.min(TALL + 22, (height - 4) / order.length);
      order.forEach((node, i) => at.set(node.id, { x, y: height / 2 + (i - (order.length - 1) / 2) * apart, width: room[c] }));
      x += room[c] + gap;
    });
    return at;
  }

  drawEdges(place) {
    const active = new Set(this.panel.nodes.filter((node) => node.active).map((node) => node.id));
    this.edges.replaceChildren(...this.panel.edges.map(([from, to]) => {
      const a = place.get(from), b = place.get(to), x1 = a.x + a.width, x2 = b.x - 2, bend = Math.max((x2 - x1) / 2, 9);
      const inputs = this.panel.edges.filter(([, t]) => t === to).map(([f]) => f).sort((p, q) => place.get(p).y - place.get(q).y);
      const y2 = b.y + (inputs.indexOf(from) - (inputs.length - 1) / 2) * Math.min(12, 36 / inputs.length);
      return s("path", { class: `rf-wire${active.has(from) && active.has(to) ? " rf-on" : ""}`, d: `M${x1},${a.y}C${x1 + bend},${a.y} ${x2 - bend},${y2} ${x2},${y2}`, "marker-end": `url(#${this.tip})` });
    }));
  }

  drawCards(place) {
    const grads = this.panel.nodes.some((node) => node.grad !== null);
    this.cards.replaceChildren(...this.panel.nodes.map((node) => {
      const { x, y, width } = place.get(node.id), tall = grads ? TALL : 44, choose = this.panel.pick ? () => this.send.event(this.panel.pick, { node: node.id }) : null;
      const words = [node.label, node.op && `made by ${node.op}`, node.value !== null && `value ${format(node.value)}`, node.grad !== null && `gradient ${format(node.grad)}`].filter(Boolean).join(", ");
      const write = (dy, text, kind, anchor = "middle", dx = width / 2) => s("text", { class: kind, x: dx, y: dy, "text-anchor": anchor }, text);
      return s("g", {
        transform: `translate(${x.toFixed(1)},${(y - tall / 2).toFixed(1)})`, class: `rf-card${node.active ? " rf-on" : ""}${choose ? " rf-pick" : ""}`, "data-name": node.id,
        role: choose ? "button" : "img", tabindex: choose ? "-1" : null, "aria-label": words,
        ...(choose ? { onclick: choose, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } } } : {}),
      },
      s("rect", { width, height: tall, rx: 7 }),
      node.op ? write(17, node.label, "rf-card-name", "start", 10) : write(17, node.label, "rf-card-name"),
      node.op ? write(17, node.op, "rf-card-op", "end", width - 9) : null,
      write(34, lineOf(node.value, ""), "rf-card-value"),
      grads ? s("line", { x1: 8, x2: width - 8, y1: 41, y2: 41 }) : null,
      grads ? write(55, lineOf(node.grad, "grad "), "rf-card-grad") : null);
    }));
    this.keep();
  }
}

const lineOf = (value, before) => (value === null ? (before ? "" : "?") : before + format(value, 4));

function columnsOf(panel) {
  const low = Math.min(...panel.nodes.map((node) => node.column)), out = [];
  for (const node of panel.nodes) (out[node.column - low] ??= []).push(node);
  return out.filter(Boolean);
}
