// The marks of a plot as SVG. Each function gets the mark and the plot's scales and returns elements.
import { color, format, s } from "./dom.js";

const COLORS = ["a", "b", "c", "d"];

/** The outline of a point of group `g` with radius `r`: circle, square, triangle, diamond; then the same hollow. */
export function outline(g, r) {
  const k = r * 1.12;
  switch (g % 4) {
    case 0: return `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`;
    case 1: return `M${-r * 0.92},${-r * 0.92}h${r * 1.84}v${r * 1.84}h${-r * 1.84}Z`;
    case 2: return `M0,${-k * 1.15}L${k * 1.08},${k * 0.78}H${-k * 1.08}Z`;
    default: return `M0,${-k * 1.22}L${k * 1.1},0L0,${k * 1.22}L${-k * 1.1},0Z`;
  }
}

/** One point of a group, at the origin. */
export function symbol(g, r, attributes = {}) {
  const ink = color(COLORS[g % 4]), hollow = Math.floor(g / 4) % 2 === 1;
  return s("path", { class: "rf-point", d: outline(g, r), fill: hollow ? "var(--surface)" : ink, stroke: hollow ? ink : "var(--surface)", "stroke-width": hollow ? 1.8 : 1.2, ...attributes });
}

function points(mark, { x, y }) {
  const ringed = new Set(mark.highlight), out = [];
  mark.xy.forEach(([px, py], i) => {
    if (px === null || py === null) return;
    const at = `translate(${x(px).toFixed(2)},${y(py).toFixed(2)})`;
    if (ringed.has(i)) out.push(s("circle", { class: "rf-highlight", r: mark.size + 5, transform: at }));
    if (mark.drag) return; // drawn as grips
    const fade = mark.fade?.[i] ?? 0;
    out.push(symbol(mark.group?.[i] ?? 0, mark.size, { transform: at, opacity: fade ? (1 - 0.85 * fade).toFixed(3) : null }));
  });
  return out;
}

/** The path of a curve; a null is a gap. */
export function path(mark, { x, y }) {
  let out = "", pen = "M";
  for (let i = 0; i < mark.x.length; i++) {
    if (mark.x[i] === null || mark.y[i] === null || (x.log && mark.x[i] <= 0) || (y.log && mark.y[i] <= 0)) { pen = "M"; continue; }
    out += `${pen}${x(mark.x[i]).toFixed(2)},${y(mark.y[i]).toFixed(2)}`;
    pen = "L";
  }
  return out;
}

function curve(mark, scales) {
  return [s("path", { class: "rf-curve", d: path(mark, scales), stroke: color(mark.color), "stroke-width": mark.width, "stroke-dasharray": mark.dash ? "6 5" : null })];
}

function arrow(mark, { x, y }) {
  const [ax, ay] = [x(mark.start[0]), y(mark.start[1])], [bx, by] = [x(mark.end[0]), y(mark.end[1])];
  const length = Math.hypot(bx - ax, by - ay), ink = color(mark.color);
  if (length < 0.5) return [s("circle", { r: 2.5, cx: ax, cy: ay, fill: ink })];
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length], head = Math.min(10, length * 0.6);
  const [cx, cy] = [bx - ux * head, by - uy * head], w = head * 0.42;
  const out = [
    s("line", { class: "rf-shaft", x1: ax, y1: ay, x2: cx, y2: cy, stroke: ink }),
    s("path", { d: `M${bx},${by}L${cx - uy * w},${cy + ux * w}L${cx + uy * w},${cy - ux * w}Z`, fill: ink }),
  ];
  if (mark.label) out.push(text((ax + bx) / 2 - uy * 12, (ay + by) / 2 + ux * 12 + 4, mark.label, mark.color, "middle"));
  return out;
}

function hline(mark, { x, y, area }) {
  const at = y(mark.at);
  return [s("line", { class: "rf-rule", x1: area.left, x2: area.right, y1: at, y2: at, stroke: color(mark.color) }),
    mark.label ? text(area.right - 4, at - 6, mark.label, mark.color, "end") : null];
}

function vline(mark, { x, area }) {
  const at = x(mark.at), nearEnd = at > (area.left + area.right) / 2;
  return [s("line", { class: "rf-rule", x1: at, x2: at, y1: area.top, y2: area.bottom, stroke: color(mark.color) }),
    mark.label ? text(at + (nearEnd ? -6 : 6), area.top + 13, mark.label, mark.color, nearEnd ? "end" : "start") : null];
}

function bars(mark, { x, y, area }) {
  const out = [], many = mark.heights.length, room = (x(1) - x(0)) * 0.76, each = room / many;
  const zero = Math.min(Math.max(y(y.log ? y.domain[0] : 0), area.top), area.bottom);
  mark.heights.forEach((row, g) => row.forEach((height, i) => {
    if (height === null) return;
    const token = COLORS[(many > 1 ? g : mark.group?.[i] ?? 0) % 4];
    const top = Math.min(y(height), zero), left = x(i) - room / 2 + g * each;
    const tall = Math.max(Math.abs(y(height) - zero), 0.75), w = Math.max(each - (many > 1 ? 1.5 : 0), 1);
    out.push(s("rect", { class: "rf-bar", x: left.toFixed(2), y: top.toFixed(2), width: w.toFixed(2), height: tall.toFixed(2), rx: Math.min(2, w / 4), fill: color(token) }));
    if (each >= 34 && mark.labels.length * many <= 12) out.push(text(left + w / 2, height >= 0 ? top - 5 : top + tall + 13, format(height, 3), "muted", "middle"));
  }));
  return out;
}

/** Text on the plot, with a halo of the background so that it can be read over marks. */
export function text(x, y, words, token = "muted", anchor = "start") {
  const ink = { a: "a-ink", b: "b-ink", c: "c-ink", d: "d-ink", muted: "ink-soft" }[token] ?? token;
  return s("text", { class: "rf-label", x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor, fill: color(ink) }, words);
}

const label = (mark, { x, y }) => [text(x(mark.xy[0]), y(mark.xy[1]) + 4, mark.text, mark.color, "middle")];

/** How each kind of mark is drawn; fields and grips are drawn elsewhere. */
export const draw = { points, curve, arrow, hline, vline, bars, label };

/**
 * Names beside the ends of curves, moved apart where they would stand on each other.
 */
export function names(marks, { x, y, area }) {
  const ends = [];
  for (const mark of marks) {
    if (mark.mark !== "curve" || !mark.label) continue;
    for (let i = mark.x.length - 1; i >= 0; i--) {
      if (mark.x[i] === null || mark.y[i] === null) continue;
      const px = x(mark.x[i]), py = y(mark.y[i]);
      if (px < area.left - 1 || px > area.right + 1 || py < area.top - 1 || py > area.bottom + 1) continue;
      const room = mark.label.length * 6.6, before = px + 8 + room > area.width - 2;
      ends.push({ mark, px: before ? Math.min(px, area.width - 6) - 2 : px + 7, py: before ? py - 8 : py + 4, anchor: before ? "end" : "start" });
      break;
    }
  }
  ends.sort((p, q) => p.py - q.py);
  for (let i = 1; i < ends.length; i++) if (ends[i].py - ends[i - 1].py < 15 && Math.abs(ends[i].px - ends[i - 1].px) < 120) ends[i].py = ends[i - 1].py + 15;
  for (let i = ends.length - 1, floor = area.bottom - 4; i >= 0; i--) {
    ends[i].py = Math.max(area.top + 10, Math.min(ends[i].py, floor));
    if (i && Math.abs(ends[i].px - ends[i - 1].px) < 120) floor = Math.min(floor, ends[i].py - 15);
    else floor = area.bottom - 4;
  }
  return ends.map(({ mark, px, py, anchor }) => text(px, py, mark.label, mark.color, anchor));
}

/** What the legend above a plot lists: groups of points and of bars that have names. */
export function legend(marks) {
  const out = [];
  for (const mark of marks) {
    if (mark.mark === "points" && mark.label) {
      const names = Array.isArray(mark.label) ? mark.label : [mark.label];
      names.forEach((name, g) => out.push({ name, g: Array.isArray(mark.label) ? g : mark.group?.[0] ?? 0, bar: false }));
    }
    if (mark.mark === "bars" && mark.names) mark.names.forEach((name, g) => out.push({ name, g, bar: true }));
  }
  return out;
}
