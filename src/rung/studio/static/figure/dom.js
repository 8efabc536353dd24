// What every part of a figure needs: elements, numbers as text, packed arrays, colours of the page.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element: `h("p", { class: "x", onclick }, "text", child)`. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  set(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set attributes; functions become listeners, null and false remove. */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(key);
    else if (element.getAttribute(key) !== String(value)) element.setAttribute(key, value === true ? "" : value);
  }
  return element;
}

/** A number as text to `digits` significant digits, with a real minus sign and no trailing zeros. */
export function format(value, digits = 4) {
  if (typeof value !== "number") return value === null || value === undefined ? "–" : String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (Number.isInteger(value) && size < 1e15) text = size >= 10000 ? size.toLocaleString("en-US").replaceAll(",", "\u2009") : String(size);
  else if (size >= 1e6 || size < 1e-4) text = exponent(size.toExponential(Math.max(0, digits - 1)));
  else text = String(Number(size.toPrecision(digits)));
  return (value < 0 ? "−" : "") + text;
}

function exponent(text) {
  const [mantissa, power] = text.split("e");
  const raised = String(Number(power)).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return `${Number(mantissa)}×10${raised}`;
}

const opened = new WeakMap();

/** The numbers of a packed array: `{ kind, shape, data }` to a typed array, decoded once. */
export function unpack(packed) {
  if (!opened.has(packed)) {
    const text = atob(packed.data);
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    opened.set(packed, packed.kind === "u1" ? bytes : new Float32Array(bytes.buffer));
  }
  return opened.get(packed);
}

/** The [red, green, blue] of a colour token, as the page has it now. */
export function rgb(element, token) {
  const text = getComputedStyle(element).getPropertyValue(`--${token}`).trim();
  const digits = /^#([0-9a-f]{6})$/i.exec(text)?.[1] ?? "808080";
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

/** 256 colours between tokens, as one flat array. */
export function ramp(element, tokens) {
  const stops = tokens.map((token) => rgb(element, token));
  const out = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++) out[i * 3 + c] = stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c]);
  }
  return out;
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
/** A colour token of Python as the page's colour. */
export const color = (token) => `var(--${token === "muted" ? "ink-faint" : token})`;

/**
 * Make the things in a drawing that can be picked one stop of the Tab key: arrows go from one to the next.
 * @param {Element} svg holds elements of class rf-pick with a data-name
 * @returns {() => void} call it after every redraw; it puts the focus back where it was
 */
export function rove(svg) {
  let at = null, had = false;
  const all = () => [...svg.querySelectorAll(".rf-pick")];
  const mark = () => {
    const found = all(), here = found.find((element) => element.dataset.name === at) ?? found.find((element) => element.hasAttribute("transform")) ?? found[0];
    for (const element of found) element.setAttribute("tabindex", element === here ? "0" : "-1");
    return here;
  };
  svg.addEventListener("focusin", (event) => { at = event.target.closest(".rf-pick")?.dataset.name ?? at; had = true; mark(); });
  svg.addEventListener("focusout", (event) => { if (event.target.isConnected && event.relatedTarget) had = false; });
  svg.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], found = all();
    if (!way || !found.length) return;
    event.preventDefault();
    found[(found.findIndex((element) => element.dataset.name === at) + way + found.length) % found.length].focus();
  });
  return () => {
    const lost = had && (document.activeElement === document.body || svg.contains(document.activeElement));
    const here = mark();
    if (lost) here?.focus({ preventScroll: true });
    else had = false;
  };
}

let names = 0;
/** An id that no other element has. */
export const unique = (word) => `rf-${word}-${++names}`;
