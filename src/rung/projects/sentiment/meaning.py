"""MiniLM's features: what a transformer that has read a thousand million sentences makes of each text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from rung.data import MissingDataError, pretrained
from rung.scratch.errors import SettingError
from rung.train.baseline import logistic_regression
from rung.train.progress import Plain
from rung.train.remember import remembered
from rung.train.tasks import Classes
from rung.train.tuned import Method, tuned

WEIGHTS = "minilm"
# Pieces of a text that are read, as its publishers advise.
LONGEST = 256
# More texts than this take too long without a GPU.
MOST = 20_000
# Texts in one file of the cache: whoever is interrupted loses a few seconds of work.
_PIECE = 512


def available() -> str:
    """Return "" if MiniLM can be used here, else what is missing and how to get it."""
    try:
        pretrained.path(WEIGHTS)
        _tokenizer()
    except (MissingDataError, SettingError) as error:
        return f"{error.message}; {error.fix}"
    return ""


def features(texts: Sequence[str]) -> np.ndarray:
    """Return the description of each text, (n, 384), from the cache where it has been computed before.

    Raises:
        MissingDataError: the package that holds the weights is not installed; the message says its name.
        SettingError: the library tokenizers is not installed.

    Cost: about 10 ms a sentence on one core, once.
    """
    net: Any = None
    tokenizer = _tokenizer()
    pretrained.path(WEIGHTS)

    def described(piece: Sequence[str]) -> np.ndarray:
        nonlocal net
        if net is None:  # only if a piece is not in the cache
            Plain(sys.stderr).line(f"MiniLM reads {len(texts):,} texts, once ...")
            net = _network()
        return _described(net, [encoding.ids for encoding in tokenizer.encode_batch(list(piece))])

    pieces = [list(texts[i : i + _PIECE]) for i in range(0, len(texts), _PIECE)]
    found = []
    for piece in pieces:
        found.append(remembered("features", f"{WEIGHTS} {LONGEST} {piece}", partial(described, piece)))
    return np.concatenate(found)


def _described(net: Any, ids: list[list[int]]) -> np.ndarray:
    """Return descriptions of tokenised texts, in batches of similar length."""
    import torch

    out = np.empty((len(ids), 384), np.float32)
    order = np.argsort([len(i) for i in ids], kind="stable")
    with torch.inference_mode():
        for start in range(0, len(ids), 64):
            rows = order[start : start + 64]
            tokens = torch.zeros(len(rows), max(len(ids[r]) for r in rows), dtype=torch.long)
            for k, r in enumerate(rows):
                tokens[k, : len(ids[r])] = torch.tensor(ids[r])
            out[rows] = net(tokens).numpy()
    return out


def answers(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Fit a logistic regression on the descriptions of texts, and answer `test`: (n, classes)."""

    def fit(settings: Any, x: np.ndarray, y: np.ndarray, other: np.ndarray) -> np.ndarray:
        return logistic_regression(x, y, other, classes, max_iter=300, **settings)

    method = Method(fit, [{"C": c} for c in (1.0, 10.0, 100.0)])
    return tuned(method, features(x.tolist()), y, features(test.tolist()), Classes())


def _network() -> Any:
    from safetensors.torch import load_file

    from rung.models.minilm import MiniLM, from_published

    net = MiniLM().eval()
    net.load_state_dict(from_published(load_file(pretrained.path(WEIGHTS))))
    return net


def _tokenizer() -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise SettingError(
            "MiniLM needs the library tokenizers, which is not installed",
            fix="python -m pip install tokenizers",
        ) from None
    made = Tokenizer.from_file(str(pretrained.path(WEIGHTS, "tokenizer.json")))
    made.no_padding()
    made.enable_truncation(LONGEST)
    return made
