// Short messages at the foot of the page, read out by screen readers, with at most one thing to do.

/** Show `text` for a while; `action` is {label, act}. */
export function notice(text, action) {
  const box = document.createElement("div");
  box.className = "notice";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  const close = () => box.remove();
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => { action.act(); close(); });
    box.append(button);
  }
  const x = Object.assign(document.createElement("button"), { type: "button", textContent: "Close", className: "plain" });
  x.addEventListener("click", close);
  box.append(x);
  document.getElementById("notices").replaceChildren(box);
  setTimeout(close, action ? 30000 : 8000);
}
