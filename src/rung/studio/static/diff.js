// Two texts side by side, with the lines that only one of them has marked.

/** For each line, whether the other text has it too, in the same order (longest common subsequence). */
function shared(a, b) {
  const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    }
  }
  const inA = new Set(), inB = new Set();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) { inA.add(i++); inB.add(j++); } else if (best[i + 1][j] >= best[i][j + 1]) i++; else j++;
  }
  return [inA, inB];
}

function fill(place, lines, known) {
  place.replaceChildren(...lines.map((line, i) => {
    const row = document.createElement(known.has(i) ? "span" : "mark");
    row.textContent = line + "\n";
    return row;
  }));
}

/** Fill two elements with two texts, marking what differs. */
export function markDifferences(placeA, textA, placeB, textB) {
  const [a, b] = [textA.split("\n"), textB.split("\n")];
  const [inA, inB] = shared(a, b);
  fill(placeA, a, inA);
  fill(placeB, b, inB);
}
