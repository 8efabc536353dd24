"""A recurrent network that reads characters and guesses the next one."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import nn
from rung.scratch.errors import SettingError, did_you_mean
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor, no_grad

CELLS: dict[str, type[nn.RNN] | type[nn.LSTM] | type[nn.GRU]] = {
    "rnn": nn.RNN,
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


class CharRNN(nn.Module):
    """Guess each next character from all characters before it.

    Args:
        symbols: how many different characters there are.
        hidden: features of the state.
        cell: "rnn", "lstm" or "gru".
        layers: recurrent layers above each other.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        text (T, B) of character numbers -> logits (T, B, symbols), and the last state

    Raises:
        SettingError: there is no such cell.

    Source:
        karpathy2015unreasonable.
    """

    def __init__(
        self, symbols: int, hidden: int = 128, cell: str = "lstm", layers: int = 1, rng: init.Rng = None
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise SettingError(
                f"CharRNN: cell is {cell!r}.",
                rule=f"It is one of {', '.join(CELLS)}.",
                fix=did_you_mean(cell, tuple(CELLS)),
            )
        rng = init.generator(rng)
        self.embed = nn.Embedding(symbols, hidden, rng=rng)
        self.rnn = CELLS[cell](hidden, hidden, layers, rng=rng)
        self.head = nn.Linear(hidden, symbols, rng=rng)

    def forward(self, text: Any, state: Any = None) -> tuple[Tensor, Any]:
        """text: (T, B) -> logits (T, B, symbols), the last state."""
        y, state = self.rnn(self.embed(text), state)
        return self.head(y), state

    def generate(
        self, start: list[int], length: int, rng: np.random.Generator, temperature: float = 1.0
    ) -> list[int]:
        """Go on writing after `start`, one character at a time, each drawn from the network's guess.

        Args:
            start: at least one character number.
            length: how many characters to add.
            rng: draws them.
            temperature: below 1 the likely ones become likelier, above 1 less so.
        """
        text = list(start)
        with no_grad():
            logits, state = self(np.array(text)[:, None])
            for _ in range(length):
                p = (logits[-1, 0] * (1 / temperature)).softmax().data.astype(np.float64)
                text.append(int(rng.choice(len(p), p=p / p.sum())))
                logits, state = self(np.array([[text[-1]]]), state)
        return text
