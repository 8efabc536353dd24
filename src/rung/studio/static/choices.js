// Predictions and quizzes: choose, then read why. What was chosen stays in this browser.

/** Bring one question to life. */
export function choice(root) {
  const key = `rung.choice.${root.dataset.key}`;
  const options = [...root.querySelectorAll("input[type=radio]")];

  function show(index) {
    root.dataset.chosen = index;
    root.querySelectorAll("[data-option]").forEach((row) => {
      row.dataset.state = Number(row.dataset.option) === index ? (row.dataset.right === "yes" ? "right" : "wrong") : "";
    });
    root.querySelectorAll("[data-why]").forEach((why) => { why.hidden = why.dataset.why !== "all" && Number(why.dataset.why) !== index; });
  }

  options.forEach((option, index) => option.addEventListener("change", () => {
    show(index);
    try { localStorage.setItem(key, index); } catch { /* private window */ }
  }));

  let before = null;
  try { before = localStorage.getItem(key); } catch { /* private window */ }
  if (before !== null && options[before]) {
    options[before].checked = true;
    show(Number(before));
  }
}
