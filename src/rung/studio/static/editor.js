// The code editor of an exercise: CodeMirror in the studio's own colours, on top of the textarea that works without it.
import {
  EditorState, EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  drawSelection, defaultKeymap, history, historyKeymap, indentWithTab, search, searchKeymap, highlightSelectionMatches,
  syntaxHighlighting, HighlightStyle, indentUnit, bracketMatching, indentOnInput, closeBrackets, closeBracketsKeymap,
  setDiagnostics, lintGutter, python, tags as t, Annotation,
} from "./vendor/codemirror.js";

const fromOutside = Annotation.define();

// The same classes as Pygments' output in the text of a lesson (site.css colours both).
const colours = HighlightStyle.define([
  { tag: [t.keyword, t.controlKeyword, t.operatorKeyword, t.definitionKeyword, t.moduleKeyword], class: "tok-keyword" },
  { tag: [t.string, t.special(t.string), t.docString], class: "tok-string" },
  { tag: [t.number, t.bool, t.null], class: "tok-number" },
  { tag: [t.comment, t.lineComment], class: "tok-comment" },
  { tag: [t.function(t.definition(t.variableName)), t.definition(t.className)], class: "tok-name" },
  { tag: [t.meta], class: "tok-meta" },
]);

/**
 * Put an editor in the place of a textarea.
 * @param {HTMLTextAreaElement} textarea its text is the first text; it is kept in step, so that a form still sends it.
 * @param {{onChange: function(string): void, onCheck: function(): void, onSave: function(): void, label: string}} hooks
 * @returns {{text: string, replace: function(string): void, focus: function(): void, mark: function(?number, string): void}}
 */
export function createEditor(textarea, { onChange, onCheck, onSave, label }) {
  const run = (hook) => () => { hook(); return true; };
  const nonce = document.querySelector("script[nonce]")?.nonce ?? "";
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(nonce), EditorView.lineWrapping,
        // First, so that they win over CodeMirror's own Mod-Enter (a blank line).
        keymap.of([{ key: "Mod-Enter", run: run(onCheck) }, { key: "Mod-s", run: run(onSave), preventDefault: true }]),
        lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(),
        EditorState.allowMultipleSelections.of(true), indentUnit.of("    "), EditorState.tabSize.of(4),
        indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(),
        search({ top: true }), lintGutter(), python(), syntaxHighlighting(colours),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          if (!update.transactions.some((tr) => tr.annotation(fromOutside))) onChange(textarea.value);
        }),
      ],
    }),
  });
  textarea.after(view.dom);
  textarea.hidden = true;
  return {
    get text() { return view.state.doc.toString(); },
    /** Show another text, in one step that Ctrl-Z takes back, without calling onChange. */
    replace(text) {
      if (text === view.state.doc.toString()) return;
      const { anchor } = view.state.selection.main;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: Math.min(anchor, text.length) },
        annotations: fromOutside.of(true),
      });
    },
    focus() { view.focus(); },
    /** Point at a line with a message; no line takes the mark away. */
    mark(line, message) {
      const marks = [];
      if (line && line <= view.state.doc.lines) {
        const { from, to } = view.state.doc.line(line);
        marks.push({ from, to, severity: "error", message });
      }
      view.dispatch(setDiagnostics(view.state, marks));
    },
  };
}
