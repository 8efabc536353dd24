// When the editor's bundle cannot be loaded, the textarea itself is the editor.

/** The same face as createEditor of editor.js. */
export function plainEditor(textarea, { onChange, onCheck, onSave }) {
  textarea.addEventListener("input", () => onChange(textarea.value));
  textarea.addEventListener("keydown", (event) => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key === "Enter") { event.preventDefault(); onCheck(); }
    if (mod && event.key === "s") { event.preventDefault(); onSave(); }
  });
  return {
    get text() { return textarea.value; },
    replace(text) { textarea.value = text; },
    focus() { textarea.focus(); },
    mark() {},
  };
}
