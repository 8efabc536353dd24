"""The same byte-pair encoding by the library `tokenizers`, which is written in Rust: for big corpora."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rung.data.tokenize.interface import SPECIALS
from rung.data.tokenize.merging import Pair
from rung.scratch.errors import SettingError

if TYPE_CHECKING:
    from rung.data.tokenize.bytepair import BytePair


def train(texts: Iterable[str], size: int) -> tuple[list[str], dict[Pair, int]]:
    """Return the vocabulary and the merges that `tokenizers` learns from the texts.

    Args:
        texts: the training texts.
        size: tokens at most: 4 special ones, 256 bytes, and the merges.

    Raises:
        SettingError: `tokenizers` is not installed.
    """
    library = _imported()
    tokenizer = library.Tokenizer(library.models.BPE())
    tokenizer.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        texts,
        library.trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIALS.values()),
            initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    model = json.loads(tokenizer.to_str())["model"]
    numbers: dict[str, int] = model["vocab"]
    merges = {(numbers[a], numbers[b]): numbers[a + b] for a, b in model["merges"]}
    return sorted(numbers, key=numbers.__getitem__), merges


def encode_all(tokenizer: BytePair, texts: list[str]) -> list[list[int]]:
    """Return what `tokenizers` encodes with the vocabulary and the merges of one of ours.

    Args:
        tokenizer: a fitted or loaded one.
        texts: any number of texts.

    Raises:
        SettingError: `tokenizers` is not installed.
    """
    return [encoding.ids for encoding in twin(tokenizer).encode_batch(texts, add_special_tokens=False)]


def twin(tokenizer: BytePair) -> Any:
    """Return the `tokenizers.Tokenizer` with the same vocabulary and merges; texts hold no special tokens.

    Args:
        tokenizer: a fitted or loaded one.

    Raises:
        SettingError: `tokenizers` is not installed.
    """
    library = _imported()
    vocabulary = tokenizer.vocabulary
    made = library.Tokenizer(
        library.models.BPE(
            vocab={token: i for i, token in enumerate(vocabulary)},
            merges=[(vocabulary[a], vocabulary[b]) for a, b in tokenizer.merges],
        )
    )
    made.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = library.decoders.ByteLevel()
    return made


def _imported() -> ModuleType:
    try:
        import tokenizers
    except ImportError:
        raise SettingError(
            "fast=True needs the library tokenizers, which is not installed",
            rule="Without it everything works the same, only slower.",
            fix="python -m pip install tokenizers",
        ) from None
    return tokenizers
