// A live figure on a page: it draws the scenes that Python sends and tells Python what was moved.
//
//   const figure = mount(element, block, (message) => socket.send(message));
//   figure.update(scene);          // whenever Python answers
//
// `block` is Figure.block(): { id, caption, controls, scene }. A message is { figure, set: { key: value } } or
// { figure, event, value }. Python answers each with a scene; until it has, later moves are kept and only the latest sent.
import { makeControl } from "./figure/controls.js";
import { h } from "./figure/dom.js";
import { save, toPNG, toSVG } from "./figure/export.js";
import { Graph } from "./figure/graph.js";
import { Network } from "./figure/network.js";
import { Picture, Pictures } from "./figure/picture.js";
import { Plot } from "./figure/plot.js";
import { Wire } from "./figure/wire.js";
import { Numbers, Say, Table } from "./figure/words.js";

const PANELS = { plot: Plot, picture: Picture, pictures: Pictures, table: Table, numbers: Numbers, say: Say, network: Network, graph: Graph };

/** Whose code is running, in a few words. */
function whose(parts) {
  const say = (owner, before) => {
    const names = parts.filter((part) => part.owner === owner).map((part) => part.name);
    return names.length ? `${before} ${names.length > 3 ? `${names.length} parts` : names.join(", ")}` : "";
  };
  return [say("yours", "running your"), say("library", "running the library’s")].filter(Boolean).join(", ");
}

/** Controls' elements, neighbouring buttons together in one row. */
function rows(controls) {
  const out = [];
  for (const { control, view } of controls) {
    if (!control.event) out.push(view.element);
    else if (out.at(-1)?.classList.contains("rf-buttons")) out.at(-1).append(view.element);
    else out.push(h("div", { class: "rf-buttons" }, view.element));
  }
  return out;
}

class Figure {
  constructor(root, block, post) {
    this.block = block;
    this.wire = new Wire(block.id, post);
    this.panels = [];
    this.element = h("figure", { class: "rf", "data-figure": block.id });
    this.controls = block.controls.map((control) => ({ control, view: makeControl(control, this.wire) }));
    this.bar = h("div", { class: "rf-controls", hidden: !this.controls.length, role: "group", "aria-label": "Controls" }, ...rows(this.controls));
    this.body = h("div", { class: "rf-panels" });
    this.trouble = h("div", { class: "rf-error", role: "alert", hidden: true });
    this.live = h("div", { class: "rf-live", "aria-live": "polite" });
    this.parts = h("span", { class: "rf-parts" });
    this.caption = h("div", { class: "rf-caption" });
    this.caption.innerHTML = block.caption;
    this.element.append(this.bar, h("div", { class: "rf-hold" }, this.body, this.trouble), h("figcaption", { class: "rf-foot" }, this.caption, this.parts, this.menu()), this.live);
    root.replaceChildren(this.element);
    for (const { control, view } of this.controls) if (control.kind === "button" && control.event === "reset") view.element.addEventListener("click", () => this.halt());
    this.draw(block.scene);
    this.sizes = new ResizeObserver(() => this.redraw());
    this.sizes.observe(this.body);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.repaint = () => this.redraw(true);
    this.dark.addEventListener("change", this.repaint);
    addEventListener("rung:theme", this.repaint);
    document.fonts?.ready.then(() => { if (this.element.isConnected) this.redraw(true); });
  }

  /** Show a scene; of several within one frame only the last is drawn. */
  update(scene) {
    this.wire.answered();
    for (const { view } of this.controls) view.answered?.(scene);
    this.next = scene;
    this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw(this.next); });
  }

  draw(scene) {
    this.scene = scene;
    const kinds = scene.panels.map((panel) => panel.panel).join();
    if (kinds !== this.kinds) {
      this.kinds = kinds;
      this.panels = scene.panels.map((panel) => new PANELS[panel.panel](panel, this.wire));
      this.body.replaceChildren(...this.panels.map((panel) => panel.element));
      this.redraw(true);
    } else scene.panels.forEach((panel, i) => this.panels[i].update(panel));
    for (const { control, view } of this.controls) if (control.key in scene.values) view.update(scene.values[control.key]);
    this.showTrouble(scene.error);
    this.showParts(scene.parts ?? []);
    this.tell();
    this.element.dataset.version = scene.version;
  }

  /** Draw again when the width is new; always, when colours or fonts are. */
  redraw(always = false) {
    const width = this.body.clientWidth;
    if (!width || (!always && width === this.width)) return;
    this.width = width;
    for (const panel of this.panels) panel.redraw();
  }

  showTrouble(error) {
    this.trouble.hidden = !error;
    this.element.classList.toggle("rf-failed", Boolean(error));
    if (error && this.trouble.textContent !== error) this.trouble.textContent = error;
  }

  showParts(parts) {
    const words = whose(parts);
    this.parts.hidden = !words;
    this.parts.classList.toggle("rf-yours", parts.some(({ owner }) => owner === "yours"));
    if (this.parts.textContent !== words) this.parts.textContent = words;
  }

  /** Tell a screen reader the numbers once they have come to rest. */
  tell() {
    clearTimeout(this.telling);
    const words = this.panels.map((panel) => panel.spoken?.()).filter(Boolean).join("; ");
    if (!words || words === this.told) return;
    const first = this.told === undefined;
    this.told = words;
    if (!first) this.telling = setTimeout(() => { this.live.textContent = words; }, 600);
  }

  menu() {
    const name = this.block.id, item = (words, act) => h("button", { type: "button", onclick: () => { box.open = false; act(); } }, words);
    const box = h("details", { class: "rf-menu" }, h("summary", { "aria-label": "Save this figure", title: "Save this figure" }, "Save"),
      h("div", {},
        item("PNG image", async () => save(`${name}.png`, await toPNG(this.body))),
        item("SVG drawing", () => save(`${name}.svg`, toSVG(this.body), "image/svg+xml")),
        item("Data (JSON)", () => save(`${name}.json`, JSON.stringify(this.scene, null, 1), "application/json"))));
    box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) box.open = false; });
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { box.open = false; box.querySelector("summary").focus(); } });
    return box;
  }

  /** Python did not take the last message: go on, and show every control as it is there. */
  refused() {
    this.wire.answered();
    this.draw(this.scene);
  }

  /** Stop everything that plays. */
  halt() {
    for (const { view } of this.controls) view.stop?.();
  }

  destroy() {
    this.halt();
    this.wire.close();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.telling);
    this.dark.removeEventListener("change", this.repaint);
    removeEventListener("rung:theme", this.repaint);
  }
}

/**
 * Put a live figure into an element.
 * @param {Element} root what it replaces the content of
 * @param {object} block Figure.block()
 * @param {(message: object) => void} post sends a message to Python
 * @returns {{ update(scene: object): void, refused(): void, halt(): void, destroy(): void, element: Element }}
 */
export function mount(root, block, post) {
  return new Figure(root, block, post);
}
