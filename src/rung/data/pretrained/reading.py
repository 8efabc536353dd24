"""Pretrained files as what they are for: GPT-2's tokenizer, and words with their vectors."""

from __future__ import annotations

import io

import numpy as np

from rung.data.pretrained.files import path
from rung.data.tokenize.bytepair import BytePair
from rung.data.tokenize.stored import gpt2
from rung.scratch.errors import SettingError


def gpt2_tokenizer() -> BytePair:
    """Return GPT-2's tokenizer: 50,257 tokens, the last of them both begin and end.

    Raises:
        MissingDataError: its files are neither here nor to be had.
        CorruptDataError: a file is changed.

    Cost: about 0.2 s.
    """
    return gpt2(path("gpt2-bpe", "encoder.json").read_bytes(), path("gpt2-bpe", "vocab.bpe").read_bytes())


def glove() -> tuple[list[str], np.ndarray]:
    """Return the 400,000 words of GloVe, the most frequent first, and their vectors (400000, 50), float32.

    The vectors are read from the file as they are used, and cannot be changed; take a copy.

    Raises:
        MissingDataError: the package that carries them is not installed.
        CorruptDataError: a file is changed.
        SettingError: pyarrow, which reads the words, is not installed.

    Cost: about half a second, and 80 MB if all vectors are used.
    """
    vectors = np.load(path("glove-50d"), mmap_mode="r")
    try:
        from pyarrow import parquet
    except ImportError:
        raise SettingError(
            "the words of GloVe are in a Parquet file, and pyarrow is not installed",
            rule="pyarrow reads Parquet.",
            fix="python -m pip install pyarrow",
        ) from None
    data = path("glove-50d", "glove_6B_index.parquet").read_bytes()
    words: list[str] = parquet.read_table(io.BytesIO(data)).column("index").to_pylist()
    return words, vectors
