// The exercise of a lesson: edit, save, check, hints. The file on disk is the one truth; the page never loses what was
// typed (a draft stays in this browser until the disk has it) and never overwrites what changed elsewhere unseen.
import * as live from "./live.js";
import { call } from "./api.js";
import { notice } from "./notices.js";
import { markDifferences } from "./diff.js";

const SAVE_AFTER = 700; // ms without typing

/** Bring the exercise of the page to life. */
export async function exercise(root) {
  const slug = root.dataset.lesson;
  const at = (name) => root.querySelector(`[data-part="${name}"]`);
  const textarea = root.querySelector("textarea");
  const review = root.dataset.review === "yes"; // a review has a file of its own
  const ask = (method, what, body) => call(method, `/api/lessons/${slug}/${what}${review ? "?review=1" : ""}`, body);
  const draftKey = `rung.draft.${slug}${review ? ".review" : ""}`;

  let hash = root.dataset.hash;      // of the text on disk, as this page knows it
  let saved = textarea.value;        // that text
  let savedAt = null;
  let timer = null;
  let saving = Promise.resolve();
  let clash = null;                  // {text, hash}: what stands on disk, while it differs from what stands here

  const hooks = { onChange: changed, onCheck: check, onSave: () => save(), label: `Your code for ${slug}` };
  const { createEditor, plainEditor } = await import("./editor.js").catch(() => import("./plain.js"));
  const editor = (createEditor ?? plainEditor)(textarea, hooks);
  root.dataset.ready = "yes";

  // -- saving -----------------------------------------------------------------------------------------------------

  function changed(text) {
    keepDraft(text);
    editor.mark(null);
    tell("Not saved yet");
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  }

  function keepDraft(text) {
    try { localStorage.setItem(draftKey, JSON.stringify({ text, base: hash })); } catch { /* private window: the disk still has it */ }
  }

  function dropDraft() {
    try { localStorage.removeItem(draftKey); } catch { /* as above */ }
  }

  function save() {
    clearTimeout(timer);
    saving = saving.then(saveNow, saveNow);
    return saving;
  }

  async function saveNow() {
    const text = editor.text;
    if (clash || text === saved) return !clash;
    const answer = await ask("PUT", "file", { text, expected: hash });
    return settle(answer, text);
  }

  function settle(answer, text) {
    if (answer.status === 409) { showClash(answer.body); return false; }
    if (!answer.ok) { tell(answer.body.error ?? "Not saved", "bad"); return false; }
    hash = answer.body.hash;
    saved = text;
    savedAt = Date.now();
    if (editor.text === text) { dropDraft(); tell("Saved"); } else { keepDraft(editor.text); }
    return true;
  }

  function tell(text, tone = "") {
    const place = at("saved");
    place.textContent = text;
    place.dataset.tone = tone;
  }

  setInterval(() => {
    if (!savedAt || editor.text !== saved || clash) return;
    const minutes = Math.floor((Date.now() - savedAt) / 60000);
    tell(minutes < 1 ? "Saved" : `Saved ${minutes} min ago`);
  }, 15000);

  // -- the same file, changed elsewhere ---------------------------------------------------------------------------

  function changedOnDisk({ text, hash: theirs, lesson, review: ofReview }) {
    if (lesson !== slug || ofReview !== review || theirs === hash) return;
    if (editor.text === saved || editor.text === text) {
      editor.replace(text);
      [saved, hash, savedAt] = [text, theirs, Date.now()];
      dropDraft();
      tell("Changed on disk; shown here");
    } else {
      showClash({ text, hash: theirs });
    }
  }

  function showClash(theirs) {
    clash = theirs;
    const panel = at("clash");
    markDifferences(panel.querySelector("[data-part=mine]"), editor.text, panel.querySelector("[data-part=theirs]"), theirs.text);
    panel.hidden = false;
    tell("Two versions", "bad");
    panel.querySelector("button").focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }

  async function resolve(keepMine) {
    const theirs = clash;
    const mine = editor.text;
    clash = null;
    at("clash").hidden = true;
    hash = theirs.hash;
    saved = theirs.text;
    if (keepMine) await save(); else { editor.replace(theirs.text); dropDraft(); tell("The version on disk is shown"); }
    notice(keepMine ? "Yours is on disk now." : "The version on disk is shown.", {
      label: "Bring the other one back",
      act: () => { editor.replace(keepMine ? theirs.text : mine); changed(editor.text); },
    });
    editor.focus();
  }

  at("keep-mine").addEventListener("click", () => resolve(true));
  at("take-theirs").addEventListener("click", () => resolve(false));
  live.on("file", changedOnDisk);

  // -- check ------------------------------------------------------------------------------------------------------

  async function check() {
    const button = at("check");
    if (button.getAttribute("aria-busy") === "true" || clash) return;
    button.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    await saving;
    const text = editor.text;
    const answer = await ask("POST", "check", { text, expected: hash });
    button.removeAttribute("aria-busy");
    if (!settle(answer, text)) {
      if (answer.status !== 409) notice(answer.body.error ?? "The studio did not answer.");
      return;
    }
    const place = at("verdict");
    place.innerHTML = answer.body.html;
    place.hidden = false;
    editor.mark(answer.body.line, answer.body.summary);
    root.dataset.passed = answer.body.verdict.passed ? "yes" : "no";
    place.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  root.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); check(); });

  // -- hints, the answer, starting again ----------------------------------------------------------------------------

  at("hint").addEventListener("click", async () => {
    const answer = await ask("POST", "hints", {});
    if (!answer.ok) { notice(answer.body.error); return; }
    const { html, used, of } = answer.body;
    const list = at("hints");
    if (html) { list.insertAdjacentHTML("beforeend", html); list.hidden = false; list.lastElementChild.focus({ preventScroll: true }); }
    list.lastElementChild?.scrollIntoView({ block: "nearest" });
    at("hint").textContent = used < of ? `Hint (${used} of ${of} used)` : "All hints shown";
    at("hint").disabled = used >= of;
    if (used >= of) at("solution").hidden = false;
  });

  at("solution").addEventListener("click", async () => {
    const answer = await ask("POST", "solution", {});
    if (!answer.ok) { notice(answer.body.error); return; }
    const place = at("answer");
    place.innerHTML = answer.body.html;
    place.hidden = false;
    place.scrollIntoView({ block: "nearest" });
  });

  at("reset").addEventListener("click", async () => {
    const answer = await ask("GET", "stub");
    if (!answer.ok) { notice(answer.body.error); return; }
    const before = editor.text;
    if (before === answer.body.text) { notice("This is the beginning already."); return; }
    editor.replace(answer.body.text);
    changed(editor.text);
    notice("Started again from the stub.", { label: "Undo", act: () => { editor.replace(before); changed(before); } });
  });

  // -- a draft that never reached the disk (the studio was stopped, the lid was closed) ------------------------------

  let draft = null;
  try { draft = JSON.parse(localStorage.getItem(draftKey)); } catch { /* none, or none readable */ }
  if (draft && draft.text !== saved) {
    editor.replace(draft.text);
    if (draft.base === hash) { changed(draft.text); tell("Your unsaved changes are back"); }
    else showClash({ text: saved, hash });
  }
  addEventListener("pagehide", () => { if (editor.text !== saved && !clash) save(); });
  addEventListener("beforeunload", (event) => { if (clash) event.preventDefault(); });
}
