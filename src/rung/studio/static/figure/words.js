// Panels of words and numbers. Each keeps the greatest height it has had, so that nothing below it moves.
import { format, h } from "./dom.js";

/** Never shrink: what stands below must not jump when a sentence gets shorter. A new width starts afresh. */
function hold(element) {
  const width = element.clientWidth;
  if (element.heldWidth !== width) { element.heldWidth = width; element.style.minHeight = ""; }
  const tall = element.offsetHeight;
  if (tall) element.style.minHeight = `${tall}px`;
}

/** Never narrow either: a readout that loses a digit must not pull its neighbours along. */
function widen(item, room) {
  if (item.heldFor !== room) { item.heldFor = room; item.style.minWidth = ""; }
  const wide = item.offsetWidth;
  if (wide) item.style.minWidth = `${wide}px`;
}

export class Numbers {
  constructor(panel) {
    this.element = h("dl", { class: "rf-panel rf-numbers" });
    this.update(panel);
  }

  update(panel) {
    this.panel = panel;
    while (this.element.children.length > panel.items.length) this.element.lastChild.remove();
    panel.items.forEach((item, i) => {
      if (!this.element.children[i]) this.element.append(h("div", {}, h("dt"), h("dd"), h("dd", { class: "rf-note" })));
      const [label, value, note] = this.element.children[i].children;
      put(label, item.label);
      put(value, format(item.value));
      put(note, item.note || "\u00a0");
    });
    this.redraw();
  }

  redraw() {
    hold(this.element);
    for (const item of this.element.children) widen(item, this.element.heldWidth);
  }

  /** What a screen reader is told when the numbers change. */
  spoken() {
    return this.panel.items.map((item) => `${item.label} ${format(item.value)} ${item.note}`).join(", ");
  }
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export class Say {
  constructor(panel) {
    this.element = h("div", { class: "rf-panel rf-say" });
    this.update(panel);
  }

  update(panel) {
    if (this.html !== panel.html) this.element.innerHTML = this.html = panel.html;
    this.redraw();
  }

  redraw() {
    hold(this.element);
  }
}

export class Table {
  constructor(panel) {
    this.title = h("div", { class: "rf-title" });
    this.head = h("tr");
    this.body = h("tbody");
    this.wrap = h("div", { class: "rf-scroll", tabindex: "0" }, h("table", {}, h("thead", {}, this.head), this.body));
    this.element = h("div", { class: "rf-panel rf-table" }, this.title, this.wrap);
    this.update(panel);
  }

  update(panel) {
    this.title.textContent = panel.title ?? "";
    this.title.hidden = !panel.title;
    this.wrap.setAttribute("aria-label", panel.title ?? "table");
    const numeric = panel.columns.map((_, c) => panel.rows.some((row) => typeof row[c] === "number"));
    const rows = new Set(panel.highlight.filter((mark) => !Array.isArray(mark)));
    const cells = new Set(panel.highlight.filter(Array.isArray).map(String));
    this.head.replaceChildren(...panel.columns.map((name, c) => h("th", { scope: "col", class: numeric[c] ? "rf-num" : null }, name)));
    this.body.replaceChildren(...panel.rows.map((row, r) => h("tr", { class: rows.has(r) ? "rf-marked" : null },
      ...row.map((value, c) => h("td", { class: [numeric[c] && "rf-num", cells.has(`${r},${c}`) && "rf-marked"].filter(Boolean).join(" ") || null }, format(value))))));
    this.redraw();
  }

  redraw() {
    hold(this.element);
  }
}
