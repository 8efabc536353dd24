// What every page does: the theme, the count of lessons passed, and the line to the studio.
import * as live from "./live.js";
import { notice } from "./notices.js";

const root = document.documentElement;

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.getElementById("theme").addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try { localStorage.setItem("rung.theme", root.dataset.theme); } catch { /* private window: for this page only */ }
  dispatchEvent(new CustomEvent("rung:theme"));
});

live.on("standing", ({ passed, of }) => {
  document.querySelectorAll("[data-done]").forEach((place) => { place.textContent = `${passed} of ${of} passed`; });
});
live.on("passed", ({ lesson, title, next }) => {
  if (document.body.dataset.lesson === lesson) return;
  notice(`${title} passed.`, next ? { label: `Next: ${next.title}`, act: () => { location.href = `/lessons/${next.slug}`; } } : undefined);
});

let lost = null;
live.on("line", ({ up }) => {
  clearTimeout(lost);
  if (up) delete root.dataset.offline;
  else lost = setTimeout(() => { root.dataset.offline = "yes"; }, 2000);
});

live.connect({ kind: "hello", lesson: document.body.dataset.lesson ?? null, review: document.body.dataset.review === "yes" });
