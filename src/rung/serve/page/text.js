// Prepare a text as shipped/text.py does: words and marks in small letters, as numbers of the vocabulary.

"use strict";

const Text = (() => {
  const UNKNOWN = 1;
  const MOST = 5000;
  // Python's \w is a letter or a number of any script, or "_"; its \s knows a few spaces more than JavaScript's.
  const SPACE = "(?!\\ufeff)[\\s\\x1c-\\x1f\\x85]";
  const WORD = new RegExp(`[\\p{L}\\p{N}_]+(?:['’][\\p{L}\\p{N}_]+)*|(?!${SPACE})[^\\p{L}\\p{N}_]`, "gu");

  const count = (n) => n.toLocaleString("en");
  const shortened = (word) => ([...word].length <= 24 ? word : `${[...word].slice(0, 20).join("")}...`);
  const knows = (word, settings) => Object.hasOwn(settings.numbers, word);

  /** Return the words and marks of a text; an Error says in plain words why there are none. */
  function split(text) {
    const letters = [...text].length;
    if (letters > 20 * MOST) throw new Error(`This text has ${count(letters)} letters; at most ${count(20 * MOST)} go.`);
    const words = text.toLowerCase().match(WORD) ?? [];
    if (!words.length) throw new Error("There is nothing written here yet.");
    if (words.length > MOST) {
      throw new Error(`This text has ${count(words.length)} words and marks; at most ${count(MOST)} go.`);
    }
    return words;
  }

  /** Return the words that the network reads, each with its number: [[word, number], ...]. */
  function read(text, settings) {
    const found = split(text).map((word) => [word, knows(word, settings) ? settings.numbers[word] : UNKNOWN]);
    if (found.every(([, number]) => number === UNKNOWN)) {
      const few = found.slice(0, 3).map(([word]) => shortened(word)).join(", ");
      throw new Error(`Training saw none of these words (${few}): the network could only guess.`);
    }
    if (found.length <= settings.longest) return found;
    const half = Math.floor(settings.longest / 2);
    return [...found.slice(0, settings.longest - half), ...found.slice(found.length - half)];
  }

  /** Return what a person should know of how the text was read, a sentence each. */
  function remarks(text, settings) {
    const words = split(text);
    const told = [];
    const unknown = [...new Set(words)].filter((word) => !knows(word, settings));
    const half = Math.floor(settings.longest / 2);
    if (words.length > settings.longest) {
      told.push(`Of its ${count(words.length)} words the first ${settings.longest - half} and last ${half} are read.`);
    }
    if (unknown.length) {
      const more = unknown.length > 5 ? ` and ${count(unknown.length - 5)} more` : "";
      told.push(`Words it does not know, all alike to it: ${unknown.slice(0, 5).map(shortened).join(", ")}${more}.`);
    }
    return told;
  }

  return { read, remarks, shortened };
})();
