"""How quick byte-pair encoding is in plain Python, beside the library `tokenizers` with one thread.

    RUNG_DATA=FOLDER python -m benchmarks.tokenizers [WORD ...]

Training on Tiny Shakespeare (1.1 MB) and on 3,000 reviews of IMDb (4 MB), and encoding with GPT-2's
vocabulary. The two take turns in every round; medians of the rounds, and the median of the rounds' ratios.
What they learn and give is compared too: a row appears only if it is the same. It prints a Markdown table.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["RAYON_NUM_THREADS"] = "1"  # before tokenizers is imported
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import rung.data
from rung.data.pretrained import gpt2_tokenizer
from rung.data.tokenize import BytePair
from rung.data.tokenize.library import twin

ROUNDS = 5


def texts(name: str) -> list[str]:
    """Return the texts of a data set in pieces as they come: plays whole, reviews one by one."""
    if name == "plays":
        return ["\n\n".join(rung.data.load("tinyshakespeare").x)]
    return rung.data.load("imdb", limit=3000).x.tolist()


def training(name: str, size: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Fit on the texts, our way and theirs; each returns what it learned."""
    corpus = texts(name)

    def fit(fast: bool) -> Any:
        fitted = BytePair.fit(corpus, size, fast=fast)
        return fitted.vocabulary, list(fitted.merges.items())

    return lambda: fit(False), lambda: fit(True)


def encoding(name: str, remember: bool) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Encode the texts with GPT-2's vocabulary; each returns the numbers."""
    corpus = texts(name)
    ours = gpt2_tokenizer()
    theirs = twin(ours)

    def plain() -> Any:
        if not remember:
            ours._known.clear()
        return ours.encode_all(corpus)

    return plain, lambda: [e.ids for e in theirs.encode_batch(corpus, add_special_tokens=False)]


CASES: dict[str, Callable[[], tuple[Callable[[], Any], Callable[[], Any]]]] = {
    "train, plays, 1,000 tokens": lambda: training("plays", 1000),
    "train, plays, 4,000 tokens": lambda: training("plays", 4000),
    "train, reviews, 1,000 tokens": lambda: training("reviews", 1000),
    "train, reviews, 8,000 tokens": lambda: training("reviews", 8000),
    "encode, plays, words new": lambda: encoding("plays", remember=False),
    "encode, plays, words met": lambda: encoding("plays", remember=True),
    "encode, reviews, words new": lambda: encoding("reviews", remember=False),
    "encode, reviews, words met": lambda: encoding("reviews", remember=True),
}


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that it took, and what it gave."""
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def main() -> None:
    """Print the table."""
    print("| what | rung, s | tokenizers, s | rung / tokenizers |\n|---|---|---|---|")
    for name, make in CASES.items():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        ours, theirs = make()
        rounds = []
        for _ in range(ROUNDS + 1):
            (a, mine), (b, other) = timed(ours), timed(theirs)
            if mine != other:
                sys.exit(f"{name}: the two differ")
            rounds.append((a, b))
        a, b = (statistics.median(times) for times in zip(*rounds[1:], strict=True))
        ratio = statistics.median(x / y for x, y in rounds[1:])
        print(f"| {name} | {a:.2f} | {b:.2f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
