"""The gates of a recurrent layer as strips over the words, its liveliest units one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.gates import Reading
from rung.explain.sheet import Sheet, short
from rung.explain.table import Table

_TOLD = {
    "forget": "1 keeps what the cell holds, 0 wipes it",
    "input": "1 lets the word in",
    "output": "1 shows the cell to what comes above",
    "candidate": "what would be written, from -1 to 1",
    "cell": "what is remembered",
    "state": "what the layer hands out",
    "update": "1 keeps the old state, 0 puts the new one in its place",
    "reset": "0 leaves the old state out of the new one",
}
_ORDER = ("forget", "input", "output", "update", "reset", "candidate", "cell", "state")


@dataclass(frozen=True)
class GateStrips:
    """How to draw and tell one reading.

    Attributes:
        reading: what was read.
    """

    reading: Reading

    @property
    def layers(self) -> dict[str, np.ndarray]:
        """Gates, cells and states, each (T, H), in the order in which they are drawn."""
        r = self.reading
        every = {**r.gates, "state": r.states} | ({} if r.cells is None else {"cell": r.cells})
        return {name: every[name] for name in _ORDER if name in every}

    def liveliest(self, units: int) -> list[int]:
        """Return the units whose cell, of a GRU whose state, changes most over the text."""
        memory = self.reading.states if self.reading.cells is None else self.reading.cells
        return [int(u) for u in np.argsort(-memory.std(axis=0), kind="stable")[:units]]

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        r = self.reading
        backwards = ", which reads from the last word to the first" if r.part.endswith("reverse") else ""
        name = "forget" if r.kind == "LSTM" else "update"
        keep = r.gates[name]
        means, low = keep.mean(axis=1), int(keep.mean(axis=1).argmin())
        text = (
            f"The gates of {r.layer or 'the model'} {r.part}, {'an' if r.kind == 'LSTM' else 'a'} {r.kind} "
            f"of {keep.shape[1]} units{backwards}. "
            "A column is a word; the top strip of each block is the mean over the units, those below are the "
            "units whose memory changes most. The stronger the shade, the wider open; orange is above 0, "
            "blue below. "
            f"The {name} gate is {means.mean():.2f} on average and lowest, {means[low]:.2f}, at "
            f"“{r.words[low]}” (word {low + 1}), where most is let go; {(keep > 0.9).mean():.0%} of its "
            f"values are above 0.9 and keep almost all, {(keep < 0.1).mean():.0%} are below 0.1. "
        )
        if r.kind == "LSTM":
            wide = r.gates["input"].mean(axis=1)
            high = int(wide.argmax())
            text += f"Most is let in at “{r.words[high]}” (input gate {wide[high]:.2f}). "
        return text + "A unit need not stand for anything that has a name."

    def table(self) -> Table:
        """Return a row a word: the mean of each gate, and the mean size of cell and state."""
        rows = []
        for t, word in enumerate(self.reading.words):
            means = [
                float(np.abs(v[t]).mean() if n in ("cell", "state", "candidate") else v[t].mean())
                for n, v in self.layers.items()
            ]
            rows.append((t, word, *means))
        sized = [f"|{n}|" if n in ("cell", "state", "candidate") else n for n in self.layers]
        return Table(("place", "word", *sized), rows)

    def units_table(self) -> Table:
        """Return a row a word and unit: every gate, the cell and the state."""
        rows = [
            (t, word, unit, *(float(v[t, unit]) for v in self.layers.values()))
            for t, word in enumerate(self.reading.words)
            for unit in range(self.reading.states.shape[1])
        ]
        return Table(("place", "word", "unit", *self.layers), rows)

    def svg(self, units: int = 5) -> str:
        """Draw a block of strips for each gate, the cell and the state; a column tells its numbers on hover.

        Args:
            units: strips a block besides the mean.
        """
        words, chosen = self.reading.words, self.liveliest(units)
        left, top, row, gap = 62, 64, 11, 30
        cell = min(36.0, 540 / max(1, len(words)))
        wide = cell * len(words)
        block = row * (len(chosen) + 1) + gap
        label = f"gates of {self.reading.layer} {self.reading.part} over: {' '.join(words)}"
        sheet = Sheet(max(500, left + wide + 40), top + block * len(self.layers), label)
        every = max(1, int(np.ceil(10 / cell)))
        for t in range(0, len(words), every):
            sheet.text(left + cell * (t + 0.5) + 3, top - 22, short(words[t], 8), size=11, turn=-60)
        for number, (name, values) in enumerate(self.layers.items()):
            y = top + block * number
            sheet.text(left, y - 5, name, bold=True)
            summed = "size" if name in ("cell", "state") else "mean"
            mean = (np.abs(values) if summed == "size" else values).mean(axis=1)
            strips = np.column_stack([mean, values[:, chosen]]).T  # (1 + units, T)
            most = max(float(np.abs(strips).max(initial=0)), 1e-12) if summed == "size" else 1.0
            scale = f"; the strongest shade is {most:.2g}" if summed == "size" else ""
            sheet.text(left + 8 + 7.4 * len(name), y - 5, _TOLD[name] + scale, size=11, soft=True)
            if name in ("candidate", "cell", "state"):
                sheet.signed(left, y, cell, row, strips / most)
            else:
                sheet.cells(left, y, cell, row, strips)
            sheet.frame(left, y, wide, row)
            sheet.frame(left, y, wide, row * len(strips))
            sheet.text(left - 6, y + 9, summed, anchor="end", size=10)
            for i, unit in enumerate(chosen, 1):
                sheet.text(left - 6, y + 9 + row * i, f"unit {unit}", anchor="end", size=10, soft=True)
            for t, word in enumerate(words):
                each = ", ".join(f"unit {u} {values[t, u]:.2f}" for u in chosen)
                told = f"“{word}”: {name} {summed} {mean[t]:.2f}; {each}"
                sheet.hover(left + cell * t, y, cell, row * len(strips), told)
        return sheet.svg()
