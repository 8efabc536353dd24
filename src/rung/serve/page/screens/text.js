// The screen of texts: a field to write in, and the words coloured by what each is worth to the answer.

"use strict";

const FIRST = 9; // mistakes that are shown at once
const MOST_EXPLAINED = 120; // words: each of them is another question to the network
const READ =
  "The number below a word is by how many points of 100 the chance falls when this word alone is left out: orange " +
  "speaks for the answer, blue against it. Of two words that say the same neither shows, and words that matter only " +
  "together do not either. Method: leave one word out, which is occlusion (Zeiler and Fergus, 2014; of words Li, " +
  "Monroe and Jurafsky, 2016).";

/** Return the probabilities of a row of word numbers. */
function asked(numbers) {
  const out = Onnx.run(model, { x: { dims: [1, numbers.length], data: numbers } });
  return Array.from(out.probabilities.data);
}

const answer = (text) => asked(Text.read(text, settings).map(([, number]) => number));

let turn = 0; // whoever asks again ends the explanation of the question before

/** Show what the network answers to a text, then why. */
function show(text, note = "") {
  const mine = ++turn;
  $("text").value = text;
  $("why").hidden = true;
  $("remarks").replaceChildren();
  try {
    const words = Text.read(text, settings);
    const start = performance.now();
    const found = asked(words.map(([, number]) => number));
    tell(found, start, true, note);
    for (const remark of Text.remarks(text, settings)) {
      const line = document.createElement("li");
      line.textContent = remark;
      $("remarks").append(line);
    }
    explain(words, found, mine);
  } catch (error) {
    silence(error.message);
  }
}

/** Leave each word out in turn; a pause between two lets the page answer to whoever uses it. */
async function explain(words, found, mine) {
  const top = best(found);
  $("why-title").textContent = `Why ${RUN.classes[top]}?`;
  $("words").replaceChildren();
  $("why").hidden = false;
  if (words.length > MOST_EXPLAINED) {
    $("why-told").textContent = `This text has more than ${MOST_EXPLAINED} words: too many to leave out one by one here.`;
    return;
  }
  const worth = [];
  $("why-told").textContent = "Leaving out one word after the other ...";
  for (let i = 0; i < words.length && words.length > 1; i++) {
    await new Promise((resolve) => setTimeout(resolve));
    if (mine !== turn) return;
    worth.push(found[top] - asked(words.filter((_, k) => k !== i).map(([, number]) => number))[top]);
  }
  const most = Math.max(0.01, ...worth.map(Math.abs));
  for (const [i, [word]] of words.entries()) {
    const value = worth[i] ?? 0;
    const box = document.createElement("span");
    const shown = document.createElement("span");
    shown.textContent = Text.shortened(word);
    const share = Math.round((55 * Math.abs(value)) / most);
    shown.style.background = `color-mix(in srgb, var(${value > 0 ? "--for" : "--against"}) ${share}%, transparent)`;
    const number = document.createElement("small");
    const points = 100 * value;
    number.textContent = Math.abs(points) >= 0.5 ? `${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(0)}` : "\u00a0";
    box.append(shown, number);
    $("words").append(box, " ");
  }
  $("why-told").textContent = READ;
  $("why").dataset.worth = JSON.stringify(worth);
}

function texts() {
  RUN.examples.forEach((example, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Example ${i + 1}: ${RUN.classes[example.truth]}`;
    button.addEventListener("click", () => show(example.given, ` It is ${RUN.classes[example.truth]}.`));
    $("samples").append(button);
  });
  $("gallery").classList.add("wide");
  gallery(
    (failure) => {
      const quote = document.createElement("span");
      const text = failure.given.length > 260 ? `${failure.given.slice(0, 250)} ...` : failure.given;
      quote.textContent = text;
      return quote;
    },
    (failure) => answer(failure.given),
    (failure, note) => show(failure.given, note),
  );
  folded(FIRST);
}

bars();
$("ask").addEventListener("click", () => show($("text").value));
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) show($("text").value);
});
texts();
document.body.dataset.ready = "yes";
