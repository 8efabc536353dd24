"""The three networks of sentiment, from random numbers or from GloVe's word vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from rung.data import pretrained
from rung.models.bilstm import BiLSTM
from rung.models.text_cnn import TextCNN
from rung.models.transformer_encoder import TextTransformer

KINDS = {"cnn": TextCNN, "bilstm": BiLSTM, "transformer": TextTransformer}
GLOVE_DIM = 50
# Standard deviation of the words' vectors at the start. PyTorch's is 1, and Adam moves a number by about the
# learning rate, 0.001, a step: a word that is met ten times would stay where chance has put it.
START = 0.1


def network(kind: str, vocabulary: int, classes: int, dim: int) -> nn.Module:
    """Return one of the three, with random weights.

    Args:
        kind: cnn, bilstm or transformer.
        vocabulary: how many words there are.
        classes: how many there are.
        dim: length of a word's vector.
    """
    if kind == "transformer":  # 50 numbers part into 5 heads, 128 into 4
        return TextTransformer(vocabulary, classes, dim, heads=5 if dim == GLOVE_DIM else 4)
    return KINDS[kind](vocabulary, classes, dim)


def start_small(embed: nn.Embedding) -> None:
    """Shrink vectors of random numbers, so that what is learned soon outweighs them."""
    with torch.no_grad():
        embed.weight.mul_(START)


def start_from_glove(embed: nn.Embedding, words: Sequence[str]) -> int:
    """Put GloVe's vectors where it has them; the other words keep random ones of the same spread.

    Args:
        embed: (words, 50).
        words: the vocabulary, in the order of its numbers; the first four are not words.

    Returns:
        how many words GloVe has.

    Raises:
        MissingDataError: the package that holds them is not installed; the message says its name.
        SettingError: pyarrow, which reads them, is not installed.

    Source: pennington2014glove.
    """
    known, vectors = pretrained.glove()
    place = {word: i for i, word in enumerate(known)}
    found = [(i, place[word]) for i, word in enumerate(words) if i > 3 and word in place]
    if found:
        ours, theirs = (torch.tensor(column) for column in zip(*found, strict=True))
        rows = torch.from_numpy(np.array(vectors[theirs.numpy()]))
        with torch.no_grad():
            embed.weight.mul_(rows.std())
            embed.weight[ours] = rows
    return len(found)
